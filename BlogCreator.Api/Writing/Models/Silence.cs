namespace BlogCreator.Api.Writing.Models;

/// <summary>
/// Ends a call to a model after a stretch of silence, however long the whole answer takes. A wait that the endpoint itself
/// asked for is no silence.
/// </summary>
internal sealed class Silence : IDisposable
{
    /// <summary>An answer that drips for ever ends too.</summary>
    private const int LongestAnswer = 20;

    private static readonly AsyncLocal<Silence?> Flowing = new();
    private readonly TimeSpan _most;
    private readonly CancellationTokenSource _silent = new();
    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenSource _tooLong;

    public Silence(TimeSpan most, CancellationToken cancel)
    {
        _most = most;
        _tooLong = new CancellationTokenSource(most * LongestAnswer);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancel, _silent.Token, _tooLong.Token);
        _silent.CancelAfter(most);
        Flowing.Value = this;
    }

    /// <summary>That of the call being made, for the handler that waits on its behalf.</summary>
    public static Silence? Current => Flowing.Value;

    public CancellationToken Token => _ended.Token;

    public bool IsBroken => _silent.IsCancellationRequested || _tooLong.IsCancellationRequested;

    public void Heard() => _silent.CancelAfter(_most);

    public void Waits(TimeSpan wait) => _silent.CancelAfter(wait + _most);

    public void Dispose()
    {
        Flowing.Value = null;
        _ended.Dispose();
        _silent.Dispose();
        _tooLong.Dispose();
    }
}

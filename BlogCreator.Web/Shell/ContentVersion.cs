using System.Globalization;

namespace BlogCreator.Web.Shell;

/// <summary>
/// How far what readers see has come, as far as this process knows. Whatever is kept is kept under the stamp that held
/// before it was made: something older can then never stand under a newer one. While Api's changes are followed the stamp
/// is the same in every replica that knows the same, so that they can share what they keep; while they are not, it is this
/// process's own and good for two seconds only.
/// </summary>
public sealed class ContentVersion(TimeProvider clock)
{
    private const int GuessSeconds = 2;
    private const int MostLeft = 100;

    // Pages of another build look different; a cache that outlives the process has to know.
    private static readonly string Build = typeof(ContentVersion).Assembly.ManifestModule.ModuleVersionId.ToString("n")[..8];

    private readonly Lock _lock = new();
    private readonly string _own = Guid.NewGuid().ToString("n")[..8];
    private readonly Queue<string> _left = [];
    private long _number;
    private long _at;
    private string _api = "";
    private string? _stamp;

    public long Number
    {
        get
        {
            lock (_lock)
            {
                return _number;
            }
        }
    }

    /// <summary>False while the stamp is a guess, under which it is not worth keeping anything for long.</summary>
    public bool IsFollowed => Volatile.Read(ref _stamp) is not null;

    public string Stamp
    {
        get
        {
            if (Volatile.Read(ref _stamp) is { } stamp)
            {
                return stamp;
            }

            lock (_lock)
            {
                return _stamp ?? string.Create(CultureInfo.InvariantCulture, $"{Build}.{_own}.{_number}.{clock.GetTimestamp() / (clock.TimestampFrequency * GuessSeconds)}");
            }
        }
    }

    /// <summary>Somebody told of a change with this number, made at that moment.</summary>
    public void Advance(long number, long at)
    {
        lock (_lock)
        {
            if (number > _number)
            {
                (_number, _at) = (number, at);
                if (_stamp is not null)
                {
                    Restamp();
                }
            }
        }
    }

    /// <summary>
    /// Changes are followed from here on. Api may have come back in another version, or with a database from a backup, whose
    /// numbers are lower and come again: its build and the moment of the change tell them apart from what was before.
    /// </summary>
    public void Follow(long number, long at, string? api)
    {
        lock (_lock)
        {
            (_number, _at) = (number, at);
            // It becomes part of a key.
            _api = string.Concat((api ?? "").Where(char.IsAsciiLetterOrDigit).Take(16));
            Restamp();
        }
    }

    /// <summary>True when they were followed until now.</summary>
    public bool Lose()
    {
        lock (_lock)
        {
            var followed = _stamp is not null;
            Leave();
            _stamp = null;
            return followed;
        }
    }

    /// <summary>Stamps that hold no more since this was last asked.</summary>
    public IReadOnlyList<string> TakeLeft()
    {
        lock (_lock)
        {
            var left = _left.ToArray();
            _left.Clear();
            return left;
        }
    }

    private void Restamp()
    {
        var stamp = string.Create(CultureInfo.InvariantCulture, $"{Build}.{_api}.{_number}.{_at}");
        if (stamp != _stamp)
        {
            Leave();
            _stamp = stamp;
        }
    }

    private void Leave()
    {
        if (_stamp is not null && _left.Count < MostLeft)
        {
            _left.Enqueue(_stamp);
        }
    }
}

namespace BlogCreator.Api.Documents;

/// <summary>
/// Keeping a file and storing its row exclude removing the last row of a file and the file: else an upload could find its
/// bytes stored at the very moment they go.
/// </summary>
internal sealed class FileGate : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    public async Task<IDisposable> Enter(CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        return new Pass(_gate);
    }

    public void Dispose() => _gate.Dispose();

    private sealed class Pass(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}

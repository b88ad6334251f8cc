using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;

namespace BlogCreator.Api.Posts;

/// <summary>
/// What is counted over all published posts, worked out once for each content version: it takes the database a while, and
/// changes with each publication only.
/// </summary>
public sealed class WhilePublished<T> : IDisposable
    where T : class
{
    private readonly SemaphoreSlim _working = new(1);
    private (long Version, T Found)? _known;

    public async Task<T> Get(BlogDb db, Func<Task<T>> work, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(work);
        // Asked before the posts are read: what is worked out is then never older than the number it is kept under.
        var version = await WatchChanges.Version(db, cancel);
        if (_known is { } known && known.Version == version)
        {
            return known.Found;
        }

        await _working.WaitAsync(cancel);
        try
        {
            if (_known is not { } made || made.Version != version)
            {
                made = (version, await work());
                _known = made;
            }

            return made.Found;
        }
        finally
        {
            _working.Release();
        }
    }

    public void Dispose() => _working.Dispose();
}

using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>What is related to what among the newest posts, worked out once for each content version.</summary>
public sealed class RelatedPosts : IDisposable
{
    private const int Newest = 5000;
    private const int Shown = 4;
    private readonly SemaphoreSlim _building = new(1);
    private (long Version, FindRelated Found)? _known;

    public async Task<IReadOnlyList<PostLink>> To(string slug, BlogDb db, CancellationToken cancel)
    {
        // Asked before the posts are read: what is built is then never older than the number it is kept under.
        var version = await WatchChanges.Version(db, cancel);
        if (_known is { } known && known.Version == version)
        {
            return known.Found.To(slug, Shown);
        }

        await _building.WaitAsync(cancel);
        try
        {
            if (_known is not { } built || built.Version != version)
            {
                built = (version, new FindRelated(await Read(db, cancel)));
                _known = built;
            }

            return built.Found.To(slug, Shown);
        }
        finally
        {
            _building.Release();
        }
    }

    public void Dispose() => _building.Dispose();

    private static async Task<IReadOnlyList<RelatedCandidate>> Read(BlogDb db, CancellationToken cancel)
    {
        var (posts, versions) = (db.Posts, db.PostVersions);
        var rows = await posts.AsNoTracking()
            .Where(post => post.PublishedVersion != null)
            .OrderByDescending(post => post.PublishedAt).ThenByDescending(post => post.Id)
            .Take(Newest)
            .Join(versions, post => new { post.Id, Number = post.PublishedVersion!.Value }, version => new { Id = version.PostId, version.Number }, (post, version) => new { post.Slug, version.Title, version.Summary, version.Tags, post.PublishedAt })
            .ToListAsync(cancel);
        return [.. rows.Select(row => new RelatedCandidate(row.Slug, row.Title, row.Summary, row.Tags, row.PublishedAt ?? default))];
    }
}

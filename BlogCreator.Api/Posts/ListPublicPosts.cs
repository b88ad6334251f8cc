using System.Globalization;
using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>What readers see, newest first. Needs no sign-in.</summary>
public static class ListPublicPosts
{
    public static async Task<Results<Ok<Page<PublicPostSummary>>, ProblemHttpResult>> Handle(string? after, int? limit, BlogDb db, CancellationToken cancel)
    {
        var (before, beforeId) = (DateTimeOffset.MaxValue, Guid.Empty);
        if (after is not null)
        {
            if (after.Split('.') is not [var at, var id]
                || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                || !Guid.TryParseExact(id, "n", out beforeId))
            {
                return Problems.Invalid("bad-cursor", "'after' takes the 'next' of the page before, unchanged.");
            }

            before = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        }

        var take = Paging.Limit(limit);
        var (posts, versions, people) = (db.Posts, db.PostVersions, db.People);
        var rows = await posts.AsNoTracking()
            .Where(post => post.PublishedVersion != null && (post.PublishedAt < before || (post.PublishedAt == before && post.Id < beforeId)))
            .Join(versions, post => new { post.Id, Number = post.PublishedVersion!.Value }, version => new { Id = version.PostId, version.Number }, (post, version) => new { post, version })
            .Join(people, row => row.post.OwnerId, person => person.Id, (row, author) => new { row.post, row.version, author })
            .OrderByDescending(row => row.post.PublishedAt).ThenByDescending(row => row.post.Id)
            .Take(take + 1)
            .ToListAsync(cancel);
        return TypedResults.Ok(rows.ToPage(
            take,
            row => DescribePost.ToPublicSummary(row.post, row.version, row.author),
            row => string.Create(CultureInfo.InvariantCulture, $"{row.post.PublishedAt!.Value.ToUnixTimeMilliseconds()}.{row.post.Id:n}")));
    }
}

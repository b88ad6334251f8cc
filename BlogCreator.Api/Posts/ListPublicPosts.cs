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
    private const int MostFull = 30;

    public static async Task<Results<Ok<Page<PublicPostSummary>>, ProblemHttpResult>> Handle(
        string? after,
        int? limit,
        string? tag,
        string? author,
        int? year,
        bool? full,
        BlogDb db,
        CancellationToken cancel)
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

        var take = full is true ? Math.Min(Paging.Limit(limit), MostFull) : Paging.Limit(limit);
        var (posts, versions, people, tags) = (db.Posts, db.PostVersions, db.People, db.PostTags);
        var published = posts.AsNoTracking().Where(post => post.PublishedVersion != null);
        if (tag is not null)
        {
            var wanted = tag.Trim().ToLowerInvariant();
            published = published.Where(post => tags.Any(row => row.Tag == wanted && row.PostId == post.Id));
        }

        if (author is not null)
        {
            published = published.Where(post => people.Any(person => person.Handle == author && person.Id == post.OwnerId));
        }

        if (year is < 1 or > 9998)
        {
            return Problems.Invalid("bad-year", "'year' is a number such as 2026.");
        }

        if (year is { } wantedYear)
        {
            var from = new DateTimeOffset(wantedYear, 1, 1, 0, 0, 0, TimeSpan.Zero);
            var until = from.AddYears(1);
            published = published.Where(post => post.PublishedAt >= from && post.PublishedAt < until);
        }

        // What a list does not show is not read: the evidence of a post is longer than its text.
        var whole = full is true;
        var rows = await published
            .Where(post => post.PublishedAt < before || (post.PublishedAt == before && post.Id < beforeId))
            .Join(versions, post => new { post.Id, Number = post.PublishedVersion!.Value }, version => new { Id = version.PostId, version.Number }, (post, version) => new { post, version })
            .Join(people, row => row.post.OwnerId, person => person.Id, (row, author) => new
            {
                row.post,
                version = whole ? row.version : new PostVersion
                {
                    Title = row.version.Title,
                    Summary = row.version.Summary,
                    Markdown = "",
                    PlainText = row.version.PlainText,
                    Tags = row.version.Tags,
                    Claims = new List<ClaimDetails>(),
                    Supported = row.version.Supported,
                    Checked = row.version.Checked,
                    CreatedAt = row.version.CreatedAt,
                },
                author,
            })
            .OrderByDescending(row => row.post.PublishedAt).ThenByDescending(row => row.post.Id)
            .Take(take + 1)
            .ToListAsync(cancel);
        return TypedResults.Ok(rows.ToPage(
            take,
            row => DescribePost.ToPublicSummary(row.post, row.version, row.author) with { Html = whole ? RenderPost.ToFeedHtml(row.version.Markdown, row.version.Claims, row.post.Slug) : null },
            row => string.Create(CultureInfo.InvariantCulture, $"{row.post.PublishedAt!.Value.ToUnixTimeMilliseconds()}.{row.post.Id:n}")));
    }
}

using BlogCreator.Api.Data;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Posts;

/// <summary>
/// Saves a new version. Readers keep seeing the published one until it is published again. Automatic saves of the same few
/// minutes become one version in the history; the number rises with each of them all the same.
/// </summary>
public static class EditPost
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(10);

    public static async Task<Results<Ok<PostDetails>, ProblemHttpResult>> Handle(
        Guid id,
        EditPostRequest request,
        CurrentUser user,
        BlogDb db,
        TimeProvider clock,
        CancellationToken cancel)
    {
        if (Refusal(request.Title, request.Markdown) is { } refusal)
        {
            return refusal;
        }

        // Checked before the post is held: a long one takes a second, and nobody is to wait for that.
        if (await DescribePost.Find(db, id, user.Id, cancel) is not var (seen, before))
        {
            return Problems.NotFound("post");
        }

        if (request.Version != seen.Version)
        {
            return Conflict(before);
        }

        var now = clock.GetUtcNow();
        var run = before.AutosavedSince is { } since && now - since < LongestRun ? before.AutosavedSince : null;
        var text = new VersionText(request.Title, request.Summary, request.Markdown, request.Tags ?? before.Tags);
        var version = WriteVersion.Run(id, request.Version + 1, text, await DescribePost.Citations(db, id, cancel), now, request.Autosave ? run ?? now : null);

        db.ChangeTracker.Clear();
        await using var transaction = await db.BeginAlone(id, cancel);
        if (await DescribePost.Find(db, id, user.Id, cancel) is not var (post, latest))
        {
            return Problems.NotFound("post");
        }

        if (request.Version != post.Version)
        {
            return Conflict(latest);
        }

        if (!string.IsNullOrWhiteSpace(request.Slug) && SlugFor.Title(request.Slug) is var wished && wished != post.Slug)
        {
            await db.AlsoAloneWith(SlugFor.Subject(wished), cancel);
            var free = await SlugFor.FreeFrom(wished, id, db, cancel);
            if (free != wished)
            {
                return Taken(wished, free);
            }

            if (await db.PostSlugs.FindAsync([wished], cancel) is null)
            {
                db.PostSlugs.Add(new PostSlug { Slug = wished, PostId = id });
            }

            post.Rename(wished);
            if (post.PublishedVersion is not null)
            {
                db.NoteChange("posts.renamed", id, now);
            }
        }

        if (request.Autosave && run is not null && latest.PublishedAt is null)
        {
            // Never for a save that was asked for: it may settle a conflict, and then the latest is somebody else's text.
            db.PostVersions.Remove(latest);
        }

        post.AddVersion(now);
        db.PostVersions.Add(version);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.Ok(DescribePost.ToDetails(post, version));
    }

    internal static ProblemHttpResult? Refusal(string title, string markdown) =>
        string.IsNullOrWhiteSpace(title)
            ? Problems.Invalid("no-title", "Give the post a title.")
            : markdown.Length > WriteVersion.MaxMarkdown
                ? Problems.Invalid("too-long", $"A post holds at most {WriteVersion.MaxMarkdown:N0} characters. Split it in two.")
                : PostMarkdown.CanBeRead(markdown)
                    ? null
                    : Problems.Invalid("too-tangled", $"Lists, quotes and brackets are nested too deeply here, or there are more than {PostMarkdown.MostLinks:N0} links. Take some away, or split the post in two.");

    /// <summary>Not quietly another address than the one that was typed: it may be on paper somewhere.</summary>
    private static ProblemHttpResult Taken(string wished, string free) => Problems.Refuse(
        StatusCodes.Status409Conflict,
        "slug-taken",
        "This address is taken",
        $"Another post has, or once had, the address \"{wished}\", and links to it lead there. \"{free}\" is free. Nothing was saved, and nothing was lost.",
        ("slug", wished),
        ("suggestion", free));

    internal static ProblemHttpResult Conflict(PostVersion latest) => Problems.Refuse(
        StatusCodes.Status409Conflict,
        "not-the-latest",
        "Someone saved this post meanwhile",
        "Your text was not saved, and theirs was not overwritten. Compare both, then save again with the latest version's number.",
        ("latestVersion", latest.Number),
        ("latestTitle", latest.Title),
        ("latestMarkdown", latest.Markdown));
}

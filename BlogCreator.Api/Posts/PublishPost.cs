using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>
/// Publishes the latest version, now or later, or an earlier one that is named. The gate: every statement that needs evidence has it, or the author says
/// why not, and that is written down.
/// </summary>
public static class PublishPost
{
    public static async Task<Results<Ok<PostDetails>, ProblemHttpResult>> Handle(
        Guid id,
        PublishRequest? request,
        CurrentUser user,
        BlogDb db,
        SecurityEvents security,
        TimeProvider clock,
        CancellationToken cancel)
    {
        // A post is never without the job of its schedule: the old one goes and the new one comes in one step.
        await using var transaction = await db.BeginAlone(id, cancel);
        if (await DescribePost.Find(db, id, user.Id, cancel) is not var (post, version))
        {
            return Problems.NotFound("post");
        }

        if (request?.Version is { } number && number != version.Number)
        {
            if (request.At is not null)
            {
                return Problems.Invalid("only-the-latest", "Only the latest version can be scheduled. Restore the earlier one first.");
            }

            if (await GetVersion.Find(db, id, number, user.Id, cancel) is not { } earlier)
            {
                return Problems.NotFound("version");
            }

            version = earlier;
        }

        if (string.IsNullOrWhiteSpace(version.PlainText))
        {
            return Problems.Refuse(StatusCodes.Status422UnprocessableEntity, "empty-post", "There is nothing to publish", "Write some text first.");
        }

        var reason = request?.Override?.Trim();
        var failing = WriteVersion.Failing(version.Claims);
        if (failing.Count > 0 && string.IsNullOrEmpty(reason))
        {
            return Problems.Refuse(
                StatusCodes.Status422UnprocessableEntity,
                "unsupported-statements",
                "Not published: some statements lack evidence",
                failing.Count == 1
                    ? "One statement is not supported by the passage it cites. Mend or remove it, or publish with a reason."
                    : $"{failing.Count} statements are not supported by the passages they cite. Mend or remove them, or publish with a reason.",
                ("claims", failing));
        }

        var overridden = failing.Count > 0 ? reason : null;
        if (overridden?.Length > 500)
        {
            return Problems.Invalid("reason-too-long", "Give the reason in at most 500 characters.");
        }

        var asWanted = request?.At is { } same
            ? post.Status == PostStatus.Scheduled && post.ScheduledAt?.ToUnixTimeMilliseconds() == same.ToUnixTimeMilliseconds()
            : post.Status == PostStatus.Published && post.PublishedVersion == version.Number;
        if (asWanted && post.OverrideReason == overridden)
        {
            // Sent again by somebody who got no answer.
            return TypedResults.Ok(await Details(db, post, version, cancel));
        }

        var now = clock.GetUtcNow();
        if (request?.At is { } past && past <= now)
        {
            return Problems.Refuse(
                StatusCodes.Status422UnprocessableEntity,
                "schedule-in-the-past",
                "This time has passed",
                "A post can be published now or at a time to come. Nothing was changed; choose a later time, or publish it now.",
                ("at", past),
                ("now", now));
        }

        if (request?.At is not null && await PublishScheduledPost.WentOut(db, post, now, cancel) is { } wentOut)
        {
            return wentOut;
        }

        await PublishScheduledPost.CallOff(db, id, cancel);
        if (request?.At is { } at)
        {
            post.Schedule(at, overridden, now);
            db.Jobs.Add(Job.Create(PublishScheduledPost.Kind, id, now, at));
        }
        else
        {
            post.Publish(version.Number, overridden, now);
            version.BecomePublished(now);
            db.NoteChange("posts.published", id, now);
        }

        if (overridden is not null)
        {
            db.Audit.Add(AuditEntry.Create("posts.published-with-override", user.Id, id, $"{failing.Count} statements: {overridden}", now));
        }

        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException failure) when (failure.IsCollision())
        {
            return Problems.Refuse(
                StatusCodes.Status409Conflict,
                "being-published",
                "This post is changing at this moment",
                "It was saved by someone else, or its scheduled time has just come. Nothing was lost; look at it again, then repeat this if it is still wanted.");
        }

        await transaction.CommitAsync(cancel);
        if (overridden is not null)
        {
            security.Note(SecurityEvent.GateOverridden, "published-with-override", subject: id.ToString());
        }

        return TypedResults.Ok(await Details(db, post, version, cancel));
    }

    private static async Task<PostDetails> Details(BlogDb db, Post post, PostVersion version, CancellationToken cancel) => DescribePost.ToDetails(
        post,
        version.Number == post.Version ? version : await db.PostVersions.AsNoTracking().SingleAsync(row => row.PostId == post.Id && row.Number == post.Version, cancel));
}

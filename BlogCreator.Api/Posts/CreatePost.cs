using BlogCreator.Api.Data;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>A post written by hand, without sources as yet.</summary>
public static class CreatePost
{
    private const int MostAttempts = 20;

    public static async Task<Results<Created<PostDetails>, ProblemHttpResult>> Handle(
        CreatePostRequest request,
        CurrentUser user,
        BlogDb db,
        TimeProvider clock,
        HttpRequest http,
        CancellationToken cancel)
    {
        if (EditPost.Refusal(request.Title, request.Markdown ?? "") is { } refusal)
        {
            return refusal;
        }

        var text = new VersionText(request.Title, request.Summary ?? "", request.Markdown ?? "", request.Tags ?? []);
        var once = OnceOnly.From(http, user.Id, request);
        for (var attempt = 1; ; attempt++)
        {
            var (made, refused) = await once.Before(db, cancel);
            if (refused is not null)
            {
                return refused;
            }

            if (made is { } id)
            {
                return await DescribePost.Find(db, id, user.Id, cancel) is var (known, latest)
                    ? TypedResults.Created($"/api/v1/posts/{id}", DescribePost.ToDetails(known, latest))
                    : Problems.NotFound("post");
            }

            var now = clock.GetUtcNow();
            var (post, version) = await Add(db, user.Id, null, text, new Dictionary<int, SourcePassage>(), now, cancel);
            once.Note(db, post.Id, now);
            try
            {
                await db.SaveChangesAsync(cancel);
                return TypedResults.Created($"/api/v1/posts/{post.Id}", DescribePost.ToDetails(post, version));
            }
            catch (DbUpdateException failure) when (attempt < MostAttempts && failure.IsCollision())
            {
                // Another post of this title took the address between our look and our write, or the same request at the same
                // moment was first: look again.
                db.ChangeTracker.Clear();
            }
        }
    }

    /// <summary>Adds a post with its first version; the caller saves.</summary>
    public static async Task<(Post Post, PostVersion Version)> Add(
        BlogDb db,
        Guid ownerId,
        Guid? generationId,
        VersionText text,
        IReadOnlyDictionary<int, SourcePassage> citations,
        DateTimeOffset now,
        CancellationToken cancel)
    {
        var wished = SlugFor.Title(text.Title);
        if (db.Database.CurrentTransaction is not null)
        {
            // A transaction cannot look for the next address once one was taken from it.
            await db.AlsoAloneWith(SlugFor.Subject(wished), cancel);
        }

        var slug = await SlugFor.FreeFrom(wished, Guid.Empty, db, cancel);
        var post = Post.Create(ownerId, slug, generationId, now);
        var version = WriteVersion.Run(post.Id, post.Version, text, citations, now);
        db.Posts.Add(post);
        db.PostVersions.Add(version);
        db.PostSlugs.Add(new PostSlug { Slug = slug, PostId = post.Id });
        db.PostCitations.AddRange(citations.Select(citation => new PostCitation { PostId = post.Id, Label = citation.Key, Passage = citation.Value }));
        return (post, version);
    }
}

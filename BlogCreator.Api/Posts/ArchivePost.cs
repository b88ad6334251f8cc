using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Posts;

/// <summary>Takes a post off the blog and puts it aside. <see cref="UnpublishPost"/> makes it a draft again.</summary>
public static class ArchivePost
{
    public static Task<Results<NoContent, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel) =>
        UnpublishPost.TakeDown(id, "posts.archived", static (post, now) => post.Archive(now), user, db, clock, cancel);
}

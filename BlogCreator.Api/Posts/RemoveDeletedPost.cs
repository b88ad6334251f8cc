using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>The job that removes a post for good, with its versions and addresses, when its time in the bin is over.</summary>
public sealed class RemoveDeletedPost(BlogDb db) : IJobHandler
{
    public static string Kind => "posts.remove";

    public static bool IsQuick => true;

    public async Task Run(JobLease lease, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(lease.Subject, cancel);
        await lease.Fence(db, cancel);
        var id = lease.Subject;
        await db.Posts.Where(post => post.Id == id && post.DeletedAt != null).ExecuteDeleteAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    public Task GiveUp(Guid subject, string error, CancellationToken cancel) => Task.CompletedTask;
}

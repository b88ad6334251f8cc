using BlogCreator.Api.Operations;

namespace BlogCreator.Api.Writing;

/// <summary>The job that turns a brief into a post.</summary>
public sealed class GeneratePost : IJobHandler
{
    public static readonly IReadOnlyList<string> Steps = ["read", "understand", "plan", "retrieve", "write", "check", "assemble"];

    public static string Kind => "writing.generate";

    public Task Run(JobLease lease, CancellationToken cancel) => Task.CompletedTask;

    public Task GiveUp(Guid subject, string error, CancellationToken cancel) => Task.CompletedTask;
}

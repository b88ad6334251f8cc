namespace BlogCreator.Api.Operations;

/// <summary>
/// Does one kind of job. <see cref="Run"/> may be called again after a crash at any point and must end in the same
/// state; it stores its effect in a transaction that begins with <see cref="JobLease.Fence"/>.
/// </summary>
public interface IJobHandler
{
    static abstract string Kind { get; }

    Task Run(JobLease lease, CancellationToken cancel);

    /// <summary>Called once when the job is given up, to tell the person whose work it was.</summary>
    Task GiveUp(Guid subject, string error, CancellationToken cancel);
}

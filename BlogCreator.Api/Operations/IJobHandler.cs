namespace BlogCreator.Api.Operations;

/// <summary>
/// Does one kind of job. <see cref="Run"/> may be called again after a crash at any point and must end in the same
/// state; it stores its effect in a transaction that begins with <see cref="JobLease.Fence"/>.
/// </summary>
public interface IJobHandler
{
    static abstract string Kind { get; }

    /// <summary>Done in well under a second, and waited for: it has places of its own beside the slow kinds.</summary>
    static virtual bool IsQuick => false;

    Task Run(JobLease lease, CancellationToken cancel);

    /// <summary>Called once when the job is given up, to tell the person whose work it was.</summary>
    Task GiveUp(Guid subject, string error, CancellationToken cancel);

    /// <summary>
    /// Called when a job that was given up is to run again, in the transaction that queues it: undoes what
    /// <see cref="GiveUp"/> did, so that there is something to do again.
    /// </summary>
    /// <returns>False when there is nothing to do any more.</returns>
    Task<bool> TakeUpAgain(Guid subject, CancellationToken cancel) => Task.FromResult(true);
}

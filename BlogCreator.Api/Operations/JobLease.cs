using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>A worker's hold on a job.</summary>
/// <param name="At">When it was claimed, by the clock that decides what is due: the database's, where it has one.</param>
public sealed record JobLease(Guid JobId, Guid Subject, string Owner, int Attempt, DateTimeOffset At)
{
    /// <summary>
    /// Called inside the transaction that stores a job's effect: takes a write lock on the job's row and throws when
    /// another worker holds it by now, so that an effect is stored at most once.
    /// </summary>
    public async Task Fence(BlogDb db, CancellationToken cancel)
    {
        var owner = Owner;
        if (await Held(db).ExecuteUpdateAsync(set => set.SetProperty(job => job.LeaseOwner, owner), cancel) == 0)
        {
            throw new LeaseLostException();
        }
    }

    /// <summary>The job's row, as long as it is this worker's.</summary>
    internal IQueryable<Job> Held(BlogDb db)
    {
        var (id, owner, attempt) = (JobId, Owner, Attempt);
        return db.Jobs.Where(job => job.Id == id && job.LeaseOwner == owner && job.Attempts == attempt && job.Status == JobStatus.Running);
    }
}

/// <summary>The job belongs to another worker now; whatever this one was about to store must not be stored.</summary>
public sealed class LeaseLostException() : Exception("Another worker holds this job.");

/// <summary>What the job needs is not there yet; it is looked at again after <paramref name="wait"/> and no attempt is counted.</summary>
public sealed class JobNotReadyException(TimeSpan wait) : Exception("The job waits for something else.")
{
    public TimeSpan Wait { get; } = wait;
}

using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>Whether stored work is being done.</summary>
internal sealed class ReportOnJobs(BlogDb db, TimeProvider clock) : IReportOnItself
{
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(5);

    public static string Part => "jobs";

    public async Task<OperationsPart> Report(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var late = now - Late;
        var waiting = await db.Jobs.CountAsync(job => job.Status == JobStatus.Waiting && job.RunAfter <= now, cancel);
        var later = await db.Jobs.CountAsync(job => job.Status == JobStatus.Waiting && job.RunAfter > now, cancel);
        var running = await db.Jobs.CountAsync(job => job.Status == JobStatus.Running, cancel);
        var dead = await db.Jobs.CountAsync(job => job.Status == JobStatus.Dead, cancel);
        var overdue = await db.Jobs.CountAsync(job => job.Status == JobStatus.Waiting && job.RunAfter < late, cancel);
        IReadOnlyList<OperationsFact> facts =
        [
            new("waiting", Text(waiting)),
            new("for later", Text(later)),
            new("running", Text(running)),
            new("given up", Text(dead)),
        ];
        return (dead, overdue, running) switch
        {
            ( > 0, _, _) => new("jobs", PartState.Wrong, $"{(dead == 1 ? "One piece of work was" : $"{Text(dead)} pieces of work were")} given up after several tries. The reason is below; try again once it is mended.", facts),
            (_, > 0, 0) => new("jobs", PartState.Wrong, "Work has been waiting for more than five minutes and none is being done. Start the service again; nothing is lost.", facts),
            (_, > 0, _) => new("jobs", PartState.Notice, "There is more work than is done at a time; some of it has waited for more than five minutes.", facts),
            _ => new("jobs", PartState.Well, running + waiting == 0 ? "There is no work to do." : "Work is being done as it comes.", facts),
        };
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}

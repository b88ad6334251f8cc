using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>What is well and what is not, in words and in figures. For the owner of the site.</summary>
public static partial class GetOperations
{
    private const int MostDeadJobs = 20;

    public static async Task<Ok<OperationsReport>> Handle(
        IEnumerable<IReportOnItself> parts, BlogDb db, TimeProvider clock, ILoggerFactory loggers, CancellationToken cancel)
    {
        var reports = new List<OperationsPart>();
        foreach (var part in parts)
        {
            try
            {
                reports.Add(await part.Report(cancel));
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // A part that cannot even say how it is must not hide how the others are.
                LogPartFailed(loggers.CreateLogger(typeof(GetOperations)), failure, part.GetType().Name);
                reports.Add(new OperationsPart(part.GetType().Name, PartState.Wrong, "This part could not be asked. The log of the service says why.", []));
            }
        }

        var dead = await db.Jobs.AsNoTracking()
            .Where(job => job.Status == JobStatus.Dead)
            .OrderByDescending(job => job.RunAfter)
            .Take(MostDeadJobs)
            .Select(job => new DeadJob(job.Id, job.Kind, job.Subject, job.Attempts, job.LastError, job.CreatedAt, job.RunAfter))
            .ToListAsync(cancel);
        return TypedResults.Ok(new OperationsReport(reports.TrueForAll(part => part.State != PartState.Wrong), reports, dead, clock.GetUtcNow()));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not ask {Part} how it is")]
    private static partial void LogPartFailed(ILogger logger, Exception failure, string part);
}

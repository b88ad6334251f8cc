using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>What is well and what is not, in words and in figures: parts, queue, failures, versions, backups. For the owner of the site.</summary>
public static class GetOperations
{
    private const int MostDeadJobs = 20;
    private const int MostFailures = 20;
    private static readonly TimeSpan Recently = TimeSpan.FromDays(30);

    internal static async Task<Ok<OperationsReport>> Handle(
        CurrentUser user,
        IEnumerable<ReportingPart> parts,
        IEnumerable<FailureSource> sources,
        WithinTime within,
        ReadBackups backups,
        DescribeVersions versions,
        TimeProvider clock,
        CancellationToken cancel)
    {
        // Side by side, a few at once; each has a limit.
        var asked = parts.Select(part => within.Ask(
            part.Name,
            (services, stop) => ((IReportOnItself)services.GetRequiredService(part.Type)).Report(stop),
            late => Silent(part.Name, late),
            cancel)).ToList();
        var failing = sources.Select(source => within.Ask<IReadOnlyList<FailureDetails>?>(
            source.Kinds[0],
            (services, stop) => Latest(services, source, user.Id, stop),
            _ => null,
            cancel)).ToList();
        var queue = within.Ask("queue", (services, stop) => CountQueue.Run(services.GetRequiredService<BlogDb>(), services.GetRequiredService<JobKinds>(), clock, stop), _ => null, cancel);
        var dead = within.Ask<IReadOnlyList<DeadJob>>("dead jobs", (services, stop) => Dead(services.GetRequiredService<BlogDb>(), stop), _ => [], cancel);
        var roll = within.Ask("replicas", (_, stop) => versions.Replicas(stop), _ => [versions.Self], cancel);
        var backup = await backups.Read(cancel);

        var now = clock.GetUtcNow();
        var reports = (await Task.WhenAll(asked)).ToList();
        reports.Add(new OperationsPart("backup", backup.State, backup.Words, Facts(backup)));
        var failures = (await Task.WhenAll(failing)).Where(list => list is not null).ToList();
        return TypedResults.Ok(new OperationsReport(
            reports.TrueForAll(part => part.State != PartState.Wrong),
            reports,
            await dead,
            now,
            await queue,
            failures.Count == 0 ? null : [.. failures.SelectMany(list => list!).Where(failure => failure.FailedAt > now - Recently).OrderByDescending(failure => failure.FailedAt).Take(MostFailures)],
            versions.Of(reports, await roll),
            backup));
    }

    private static async Task<IReadOnlyList<DeadJob>> Dead(BlogDb db, CancellationToken cancel)
    {
        var dead = await db.Jobs.AsNoTracking()
            .Where(job => job.Status == JobStatus.Dead)
            .OrderByDescending(job => job.RunAfter)
            .Take(MostDeadJobs)
            .Select(job => new DeadJob(job.Id, job.Kind, job.Subject, job.Attempts, job.LastError, job.CreatedAt, job.RunAfter))
            .ToListAsync(cancel);
        return [.. dead.Select(job => job with { LastError = job.LastError is { } error ? CleanText.Of(error) : null })];
    }

    private static async Task<IReadOnlyList<FailureDetails>?> Latest(IServiceProvider services, FailureSource source, Guid caller, CancellationToken cancel)
    {
        var failures = await ((IListFailures)services.GetRequiredService(source.Type)).Latest(caller, MostFailures, cancel);
        var subjects = failures.Select(failure => failure.Id).ToList();
        // What was given up is told of as that.
        var dead = await services.GetRequiredService<BlogDb>().Jobs
            .Where(job => job.Status == JobStatus.Dead && subjects.Contains(job.Subject))
            .Select(job => job.Subject)
            .ToListAsync(cancel);
        return [.. failures.Where(failure => !dead.Contains(failure.Id))];
    }

    private static OperationsPart Silent(string part, bool late) => new(
        part,
        PartState.Wrong,
        late
            ? string.Create(CultureInfo.InvariantCulture, $"This part did not say within {WithinTime.Limit.TotalSeconds:0} seconds how it is. Look again in a moment; if it stays so, the log of the service says more.")
            : "This part could not be asked. The log of the service says why.",
        []);

    private static List<OperationsFact> Facts(BackupDetails backup)
    {
        var facts = new List<OperationsFact>();
        Add("database", backup.DatabaseAt);
        Add("files", backup.FilesAt);
        Add("restored as a test", backup.DrillAt);
        if (backup.Bytes is { } bytes)
        {
            facts.Add(new("size", bytes.ToString(CultureInfo.InvariantCulture), "bytes"));
        }

        return facts;

        void Add(string name, DateTimeOffset? at)
        {
            if (at is { } moment)
            {
                facts.Add(new(name, moment.ToString("O", CultureInfo.InvariantCulture), "time"));
            }
        }
    }
}

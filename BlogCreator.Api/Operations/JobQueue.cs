using System.Text.Json;
using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>
/// The statements by which workers share the jobs. What is due is told by the database's clock: a replica whose own clock
/// is wrong neither takes what others hold nor waits for what is due. SQLite serves one process and takes that one's clock.
/// </summary>
internal static class JobQueue
{
    // Rows that another replica is taking at this moment are passed over instead of waited for. The array has the inner query
    // run once, whatever the plan.
    private const string ClaimOnPostgres = """
        UPDATE "Jobs" SET "Status" = 1, "LeaseOwner" = {0}, "LeaseUntil" = {1}, "Attempts" = "Attempts" + 1
        WHERE "Id" = ANY(ARRAY(
            SELECT "Id" FROM "Jobs" WHERE "Status" = 0 AND "Kind" = {2} AND "RunAfter" <= {3}
            ORDER BY "RunAfter" LIMIT {4} FOR UPDATE SKIP LOCKED))
        RETURNING *
        """;

    private const string ClaimOnSqlite = """
        UPDATE "Jobs" SET "Status" = 1, "LeaseOwner" = {0}, "LeaseUntil" = {1}, "Attempts" = "Attempts" + 1
        WHERE "Id" IN (
            SELECT "Id" FROM "Jobs" WHERE "Status" = 0 AND "Kind" = {2} AND "RunAfter" <= {3}
            ORDER BY "RunAfter" LIMIT {4})
        RETURNING *
        """;

    public static async Task<DateTimeOffset> Now(BlogDb db, TimeProvider clock, CancellationToken cancel) => db.Database.IsNpgsql()
        ? DateTimeOffset.FromUnixTimeMilliseconds(await db.Database.SqlQuery<long>($"""SELECT jobs_now() AS "Value" """).SingleAsync(cancel))
        : clock.GetUtcNow();

    /// <summary>The time, and when the next job of each kind is due; kinds that have none are left out.</summary>
    public static async Task<(DateTimeOffset Now, Dictionary<string, DateTimeOffset> Next)> Look(BlogDb db, IEnumerable<string> kinds, TimeProvider clock, CancellationToken cancel)
    {
        // One probe of the index for each kind.
        var own = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var rows = await (db.Database.IsNpgsql()
            ? db.Database.SqlQuery<Due>($"""
                SELECT kind AS "Kind", (SELECT min("RunAfter") FROM "Jobs" WHERE "Status" = 0 AND "Kind" = kind COLLATE "C") AS "RunAfter", jobs_now() AS "Now"
                FROM unnest({kinds.ToArray()}) AS kind
                """)
            : db.Database.SqlQuery<Due>($"""
                SELECT value AS "Kind", (SELECT min("RunAfter") FROM "Jobs" WHERE "Status" = 0 AND "Kind" = value) AS "RunAfter", CAST({own} AS INTEGER) AS "Now"
                FROM json_each({JsonSerializer.Serialize(kinds)})
                """)).ToListAsync(cancel);
        return (
            DateTimeOffset.FromUnixTimeMilliseconds(rows.Select(row => row.Now).DefaultIfEmpty(own).First()),
            rows.Where(row => row.RunAfter is not null).ToDictionary(row => row.Kind, row => DateTimeOffset.FromUnixTimeMilliseconds(row.RunAfter!.Value)));
    }

    /// <summary>Takes up to <paramref name="most"/> jobs that are due, those due longest, in one statement: each goes to one worker, whatever happens.</summary>
    public static Task<List<Job>> Claim(BlogDb db, string kind, int most, string owner, DateTimeOffset now, TimeSpan lease, CancellationToken cancel) =>
        db.Jobs
            .FromSqlRaw(db.Database.IsNpgsql() ? ClaimOnPostgres : ClaimOnSqlite, owner, (now + lease).ToUnixTimeMilliseconds(), kind, now.ToUnixTimeMilliseconds(), most)
            .AsNoTracking()
            .ToListAsync(cancel);

    /// <summary>What a worker no longer renews waits again, with the attempt counted that it did not end.</summary>
    public static Task<int> TakeBack(BlogDb db, DateTimeOffset now, CancellationToken cancel) => db.Jobs
        .Where(job => job.Status == JobStatus.Running && job.LeaseUntil < now)
        .ExecuteUpdateAsync(
            set => set
                .SetProperty(job => job.Status, JobStatus.Waiting)
                .SetProperty(job => job.LeaseOwner, (string?)null)
                .SetProperty(job => job.LeaseUntil, (DateTimeOffset?)null),
            cancel);

    private sealed record Due(string Kind, long? RunAfter, long Now);
}

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
        UPDATE "Jobs" SET "Status" = 1, "LeaseOwner" = {0}, "LeaseUntil" = {1}, "Attempts" = "Attempts" + 1, "RunAfter" = {3}
        WHERE "Id" = ANY(ARRAY(
            SELECT "Id" FROM "Jobs" WHERE "Status" = 0 AND "Kind" = {2} AND "RunAfter" <= {3}
            ORDER BY "RunAfter" LIMIT {4} FOR UPDATE SKIP LOCKED))
        RETURNING *
        """;

    private const string ClaimOnSqlite = """
        UPDATE "Jobs" SET "Status" = 1, "LeaseOwner" = {0}, "LeaseUntil" = {1}, "Attempts" = "Attempts" + 1, "RunAfter" = {3}
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

    /// <summary>
    /// What a worker no longer renews waits again, with the attempt counted that it did not end. On PostgreSQL a job whose
    /// effect is being stored at this moment, and whose row is locked for that, is passed over.
    /// </summary>
    public static Task<int> TakeBack(BlogDb db, DateTimeOffset now, CancellationToken cancel)
    {
        var until = now.ToUnixTimeMilliseconds();
        return db.Database.IsNpgsql()
            ? db.Database.ExecuteSqlAsync($"""
                UPDATE "Jobs" SET "Status" = 0, "LeaseOwner" = NULL, "LeaseUntil" = NULL
                WHERE "Id" = ANY(ARRAY(SELECT "Id" FROM "Jobs" WHERE "Status" = 1 AND "LeaseUntil" < {until} FOR UPDATE SKIP LOCKED))
                """, cancel)
            : db.Database.ExecuteSqlAsync($"""
                UPDATE "Jobs" SET "Status" = 0, "LeaseOwner" = NULL, "LeaseUntil" = NULL
                WHERE "Status" = 1 AND "LeaseUntil" < {until}
                """, cancel);
    }

    /// <summary>
    /// Keeps a job until then. On PostgreSQL a row that is locked counts as kept: its holder is storing the effect, which may
    /// take longer than the lease, and nobody takes it back meanwhile.
    /// </summary>
    /// <returns>False when it belongs to another.</returns>
    public static async Task<bool> Renew(BlogDb db, JobLease lease, DateTimeOffset until, CancellationToken cancel)
    {
        if (!db.Database.IsNpgsql())
        {
            return await lease.Held(db).ExecuteUpdateAsync(set => set.SetProperty(job => job.LeaseUntil, until), cancel) > 0;
        }

        var kept = await db.Database.ExecuteSqlAsync($"""
            UPDATE "Jobs" SET "LeaseUntil" = {until.ToUnixTimeMilliseconds()}
            WHERE "Id" = (
                SELECT "Id" FROM "Jobs" WHERE "Id" = {lease.JobId} AND "LeaseOwner" = {lease.Owner} AND "Attempts" = {lease.Attempt} AND "Status" = 1
                FOR UPDATE SKIP LOCKED)
            """, cancel);
        return kept > 0 || await lease.Held(db).AnyAsync(cancel);
    }

    private sealed record Due(string Kind, long? RunAfter, long Now);
}

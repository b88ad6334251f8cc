using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Search;

/// <summary>A change that this process holds for a while.</summary>
internal sealed record ClaimedChange(long Number, string Kind, Guid Subject, int Attempts)
{
    /// <summary>Above the version under which filling writes, which is the lowest.</summary>
    public long Version => Number + 1;
}

/// <summary>
/// Takes changes from the table and gives them back, in single statements that never wait for a row that somebody's
/// transaction holds: indexing must not be able to get into a deadlock with a person who publishes.
/// </summary>
internal static class ChangeQueue
{
    public const int Batch = 200;

    /// <summary>The oldest changes that nobody holds, until <paramref name="until"/>. A process that dies gives them back by that.</summary>
    public static async Task<List<ClaimedChange>> Claim(BlogDb db, int index, DateTimeOffset now, DateTimeOffset until, CancellationToken cancel)
    {
        var (due, held) = (now.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds());
        if (!await db.SearchChanges.AnyAsync(change => change.IndexId == index && change.RejectedAt == null && change.NotBefore <= due, cancel))
        {
            // Most looks end here: SQLite would take its one lock for writing to find nothing.
            return [];
        }

        var claimed = db.Database.IsSqlite()
            ? db.Database.SqlQuery<ClaimedChange>(
                $"""
                UPDATE "SearchChanges" SET "NotBefore" = {held} WHERE "Number" IN (
                    SELECT "Number" FROM "SearchChanges" WHERE "IndexId" = {index} AND "RejectedAt" IS NULL AND "NotBefore" <= {due} ORDER BY "Number" LIMIT {Batch})
                RETURNING "Number", "Kind", "Subject", "Attempts"
                """)
            : db.Database.SqlQuery<ClaimedChange>(
                $"""
                UPDATE "SearchChanges" SET "NotBefore" = {held} WHERE "Number" IN (
                    SELECT "Number" FROM "SearchChanges" WHERE "IndexId" = {index} AND "RejectedAt" IS NULL AND "NotBefore" <= {due} ORDER BY "Number" LIMIT {Batch}
                    FOR UPDATE SKIP LOCKED)
                RETURNING "Number", "Kind", "Subject", "Attempts"
                """);
        return [.. (await claimed.ToListAsync(cancel)).OrderBy(change => change.Number)];
    }

    /// <summary>These are in the index. One that changed meanwhile has another number by now, and stays.</summary>
    public static Task Done(BlogDb db, long[] numbers, CancellationToken cancel) => numbers.Length == 0
        ? Task.CompletedTask
        : db.Database.IsSqlite()
            ? db.SearchChanges.Where(change => numbers.Contains(change.Number)).ExecuteDeleteAsync(cancel)
            : db.Database.ExecuteSqlAsync(
                $"""
                DELETE FROM "SearchChanges" WHERE "Number" IN (SELECT "Number" FROM "SearchChanges" WHERE "Number" = ANY({numbers}) FOR UPDATE SKIP LOCKED)
                """,
                cancel);

    /// <summary>Gives them back for anybody, as if they had not been claimed.</summary>
    public static Task Release(BlogDb db, long[] numbers, CancellationToken cancel) => numbers.Length == 0
        ? Task.CompletedTask
        : db.Database.IsSqlite()
            ? db.SearchChanges.Where(change => numbers.Contains(change.Number)).ExecuteUpdateAsync(set => set.SetProperty(change => change.NotBefore, 0L), cancel)
            : db.Database.ExecuteSqlAsync(
                $"""
                UPDATE "SearchChanges" SET "NotBefore" = 0 WHERE "Number" IN (SELECT "Number" FROM "SearchChanges" WHERE "Number" = ANY({numbers}) FOR UPDATE SKIP LOCKED)
                """,
                cancel);

    public static Task Later(BlogDb db, ClaimedChange change, DateTimeOffset notBefore, string? error, CancellationToken cancel)
    {
        var (number, at, attempts, said) = (change.Number, notBefore.ToUnixTimeMilliseconds(), change.Attempts + 1, Short(error));
        return db.SearchChanges.Where(row => row.Number == number).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.NotBefore, at).SetProperty(row => row.Attempts, attempts).SetProperty(row => row.Error, said), cancel);
    }

    public static Task Reject(BlogDb db, ClaimedChange change, DateTimeOffset now, string? error, CancellationToken cancel)
    {
        var (number, attempts, said) = (change.Number, change.Attempts + 1, Short(error));
        return db.SearchChanges.Where(row => row.Number == number).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.RejectedAt, now).SetProperty(row => row.Attempts, attempts).SetProperty(row => row.Error, said), cancel);
    }

    /// <summary>Keeps something that filling could not finish, unless a change of it waits already.</summary>
    public static Task Add(BlogDb db, int index, string kind, Guid subject, DateTimeOffset notBefore, DateTimeOffset? rejected, string? error, CancellationToken cancel)
    {
        var (at, rejectedAt, said) = (notBefore.ToUnixTimeMilliseconds(), rejected?.ToUnixTimeMilliseconds(), Short(error));
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO "SearchChanges"("IndexId", "Kind", "Subject", "NotBefore", "Attempts", "Error", "RejectedAt")
            VALUES ({index}, {kind}, {subject}, {at}, 1, {said}, {rejectedAt})
            ON CONFLICT DO NOTHING
            """,
            cancel);
    }

    private static string? Short(string? error) => error is { Length: > 500 } ? error[..500] : error;
}

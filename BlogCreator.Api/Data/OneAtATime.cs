using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace BlogCreator.Api.Data;

public static class OneAtATime
{
    /// <summary>
    /// A transaction that is alone with <paramref name="subject"/> (a post, a document, a person) among those begun the same
    /// way: what it reads first is still so when it writes. On SQLite a transaction is alone with the whole database from its
    /// first moment; on PostgreSQL it takes a lock on the subject, which ends with it, also when the process dies.
    /// </summary>
    public static async Task<IDbContextTransaction> BeginAlone(this BlogDb db, Guid subject, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(db);
        var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (db.Database.IsNpgsql())
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({subject.ToString()}, 0))", cancel);
        }

        return transaction;
    }
}

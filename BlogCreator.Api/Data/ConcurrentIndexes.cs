using Microsoft.EntityFrameworkCore.Migrations;

namespace BlogCreator.Api.Data;

/// <summary>For migrations on PostgreSQL: an index on a table that is in use, built without stopping anybody who writes to it.</summary>
public static class ConcurrentIndexes
{
    /// <summary>
    /// Outside a transaction, so that the migration must hold nothing else than such indexes. Can be done again: what a
    /// broken build left behind is removed first.
    /// </summary>
    /// <param name="migration">The migration that is being written.</param>
    /// <param name="name">The index, as EF names it.</param>
    /// <param name="definition">What follows ON: <c>"Posts" ("OwnerId", "Id")</c>.</param>
    /// <param name="unique">Whether a value may be there once only.</param>
    public static void AddIndexConcurrently(this MigrationBuilder migration, string name, string definition, bool unique = false)
    {
        ArgumentNullException.ThrowIfNull(migration);
        migration.Sql($"DROP INDEX CONCURRENTLY IF EXISTS \"{name}\"", suppressTransaction: true);
        migration.Sql($"CREATE {(unique ? "UNIQUE " : "")}INDEX CONCURRENTLY \"{name}\" ON {definition}", suppressTransaction: true);
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace BlogCreator.Api.Data;

/// <summary>
/// The one database. It knows no feature: each brings its tables as entity configurations of this assembly and a
/// property such as <c>db.Posts</c> as an extension.
/// </summary>
public abstract class BlogDb(DbContextOptions options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(BlogDb).Assembly);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        // SQLite has no type for an instant and would order the text of one wrongly across offsets; one form on both
        // databases also means one precision, that of the cursors.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        instant => instant.ToUnixTimeMilliseconds(),
        stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));
}

/// <summary>The database on SQLite; its type also names the set of migrations.</summary>
public sealed class SqliteBlogDb(DbContextOptions<SqliteBlogDb> options) : BlogDb(options);

/// <summary>The database on PostgreSQL; its type also names the set of migrations.</summary>
public sealed class PostgresBlogDb(DbContextOptions<PostgresBlogDb> options) : BlogDb(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        foreach (var index in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetIndexes()))
        {
            // What is a number on SQLite is a truth value here.
            index.SetFilter(index.GetFilter()?.Replace("\"IsOwner\" = 1", "\"IsOwner\"", StringComparison.Ordinal));
        }
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        // Compared byte by byte as on SQLite: the same order everywhere, and an index serves a search by the start of a text.
        configurationBuilder.Properties<string>().UseCollation("C");
    }
}

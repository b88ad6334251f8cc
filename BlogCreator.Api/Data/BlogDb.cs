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
        // SQLite has no type for an instant and would order the text of one wrongly across offsets.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        instant => instant.ToUnixTimeMilliseconds(),
        stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));
}

/// <summary>The database on SQLite; its type also names the set of migrations.</summary>
public sealed class SqliteBlogDb(DbContextOptions<SqliteBlogDb> options) : BlogDb(options);

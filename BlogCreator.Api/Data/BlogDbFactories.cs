using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace BlogCreator.Api.Data;

/// <summary>What <c>dotnet ef migrations add NAME --project BlogCreator.Api --context SqliteBlogDb -o Data/Migrations</c> builds the model with.</summary>
internal sealed class SqliteBlogDbFactory : IDesignTimeDbContextFactory<SqliteBlogDb>
{
    public SqliteBlogDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteBlogDb>().UseSqlite("Data Source=:memory:").Options);
}

/// <summary>The same with <c>--context PostgresBlogDb -o Data/PostgresMigrations</c>; no server is asked.</summary>
internal sealed class PostgresBlogDbFactory : IDesignTimeDbContextFactory<PostgresBlogDb>
{
    public PostgresBlogDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresBlogDb>().UseNpgsql("Host=localhost").Options);
}

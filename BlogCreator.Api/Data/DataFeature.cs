using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BlogCreator.Api.Data;

public static class DataFeature
{
    public static IHostApplicationBuilder AddData(this IHostApplicationBuilder builder)
    {
        var connection = ConnectionString(builder.Configuration);
        builder.Services.AddDbContext<BlogDb, SqliteBlogDb>((services, options) => options
            .UseSqlite(connection)
            .AddInterceptors(services.GetServices<Microsoft.EntityFrameworkCore.Diagnostics.IInterceptor>()));
        builder.Services.AddHealthChecks().AddCheck("database", new DatabaseHealth(connection), tags: ["ready"]);
        builder.Services.AddExceptionHandler<FullDatabase>();
        return builder;
    }

    /// <summary>The checked connection string. Fails at start, naming the setting, rather than at the first request.</summary>
    internal static string ConnectionString(IConfiguration configuration)
    {
        const string Setting = "ConnectionStrings__blogdb";
        var text = configuration.GetConnectionString("blogdb");
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new InvalidOperationException($"{Setting} is not set. Give it a SQLite file, for example 'Data Source=blog.db'.");
        }

        if (text.Contains("Host=", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException($"{Setting} names a PostgreSQL server, which this version cannot use yet. Give it a SQLite file, for example 'Data Source=blog.db'.");
        }

        try
        {
            var sqlite = new SqliteConnectionStringBuilder(text) { ForeignKeys = true };
            if (string.IsNullOrWhiteSpace(sqlite.DataSource))
            {
                throw new InvalidOperationException($"{Setting} has no 'Data Source'.");
            }

            return sqlite.ToString();
        }
        catch (ArgumentException wrong)
        {
            throw new InvalidOperationException($"{Setting} cannot be understood: {wrong.Message}", wrong);
        }
    }

    private sealed class DatabaseHealth(string connection) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                return (await SchemaVersion.Missing(connection, cancellationToken)).Count > 0
                    ? HealthCheckResult.Unhealthy("The database is older than this version. Run the 'migrate' command.")
                    : HealthCheckResult.Healthy();
            }
            catch (SqliteException unreachable)
            {
                return HealthCheckResult.Unhealthy("The database cannot be read.", unreachable);
            }
        }
    }
}

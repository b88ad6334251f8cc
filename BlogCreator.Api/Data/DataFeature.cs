using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace BlogCreator.Api.Data;

public static class DataFeature
{
    private static readonly CleanParameters Clean = new();

    public static IHostApplicationBuilder AddData(this IHostApplicationBuilder builder)
    {
        var connection = BlogDbConnection.From(builder.Configuration);
        builder.Services.AddSingleton(connection);
        if (connection.IsPostgres)
        {
            builder.Services.AddSingleton(services => new NpgsqlDataSourceBuilder(connection.Text).UseLoggerFactory(services.GetService<ILoggerFactory>()).Build());
            builder.Services.AddDbContext<BlogDb, PostgresBlogDb>((services, options) => options
                .UseNpgsql(services.GetRequiredService<NpgsqlDataSource>(), npgsql => npgsql.ExecutionStrategy(strategy => new RetryStatement(strategy)))
                .AddInterceptors(services.GetServices<IInterceptor>().Append(Clean)));
        }
        else
        {
            builder.Services.AddDbContext<BlogDb, SqliteBlogDb>((services, options) => options
                .UseSqlite(connection.Text)
                .AddInterceptors(services.GetServices<IInterceptor>().Append(Clean)));
        }

        builder.Services.AddHealthChecks().AddCheck("database", new DatabaseHealth(connection), tags: ["ready"]);
        builder.Services.AddExceptionHandler<FullDatabase>();
        return builder;
    }

    private sealed class DatabaseHealth(BlogDbConnection connection) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                return (await SchemaVersion.Missing(connection, cancellationToken)).Count > 0
                    ? HealthCheckResult.Unhealthy("The database is older than this version. Run the 'migrate' command.")
                    : HealthCheckResult.Healthy();
            }
            catch (DbException unreachable)
            {
                return HealthCheckResult.Unhealthy("The database cannot be read.", unreachable);
            }
        }
    }
}

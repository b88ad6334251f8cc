using System.Data.Common;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using OpenTelemetry.Trace;

namespace BlogCreator.Api.Data;

public static class DataFeature
{
    private static readonly CleanParameters Clean = new();

    // Added by the recorder, a tag is not written by whoever records: what PostgreSQL says may repeat what somebody typed.
    private static readonly ActivityListener WithoutMessages = new()
    {
        ShouldListenTo = source => source.Name == "Npgsql",
        ExceptionRecorder = (Activity _, Exception failure, ref TagList tags) =>
        {
            tags.Add("exception.message", "");
            tags.Add("exception.stacktrace", failure.StackTrace ?? "");
        },
    };

    public static IHostApplicationBuilder AddData(this IHostApplicationBuilder builder)
    {
        var connection = BlogDbConnection.From(builder.Configuration);
        builder.Services.AddSingleton(connection);
        if (connection.IsPostgres)
        {
            builder.Services.AddSingleton(services => Source(connection, services.GetService<ILoggerFactory>()));
            if (connection.Password is { } password)
            {
                builder.Services.AddSingleton<IInterceptor>(new NoticeRefusal(password));
            }

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

        builder.Services.ConfigureOpenTelemetryTracerProvider(traces =>
        {
            if (connection.IsPostgres)
            {
                traces.AddNpgsql();
                ActivitySource.AddActivityListener(WithoutMessages);
            }
            else
            {
                // SQLite itself tells nothing. Where its file lies is nobody's business.
                traces.AddEntityFrameworkCoreInstrumentation(sqlite => sqlite.EnrichWithIDbCommand = (span, _) => span.SetTag("peer.service", null).SetTag("server.address", null));
            }
        });
        builder.Services.AddHealthChecks().AddCheck("database", new DatabaseHealth(connection), tags: ["ready"]);
        builder.Services.AddExceptionHandler<FullDatabase>();
        return builder;
    }

    private static NpgsqlDataSource Source(BlogDbConnection connection, ILoggerFactory? logs)
    {
        if (connection.Password is not { } password)
        {
            return new NpgsqlDataSourceBuilder(connection.Text).UseLoggerFactory(logs).Build();
        }

        // Asked for at each new connection: those in the pool stay when the password changes.
        var builder = new NpgsqlDataSourceBuilder(connection.Text).UseLoggerFactory(logs);
        builder.ConnectionStringBuilder.Password = null;
        return builder.UsePasswordProvider(_ => password.Now, (_, cancel) => password.For(connection.Text, cancel)).Build();
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

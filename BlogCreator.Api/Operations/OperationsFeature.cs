using System.ComponentModel.DataAnnotations;
using BlogCreator.Api.Platform;
using BlogCreator.ServiceDefaults;
using BlogCreator.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Operations;

/// <summary>Settings <c>Jobs__*</c>.</summary>
public sealed class JobOptions
{
    /// <summary>Jobs this process runs at a time, beside the quick ones.</summary>
    [Range(1, 64)]
    public int Workers { get; set; } = 4;

    /// <summary>Jobs of quick kinds, such as publishing, that it runs at a time.</summary>
    [Range(1, 64)]
    public int QuickWorkers { get; set; } = 4;

    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>How long a job stays with a worker that no longer renews it.</summary>
    [Range(typeof(TimeSpan), "00:00:03", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Which handler does which kind.</summary>
public sealed class JobKinds(IEnumerable<JobKinds.Entry> entries)
{
    private readonly Dictionary<string, Entry> _entries = entries.ToDictionary(entry => entry.Kind);

    public IReadOnlyCollection<string> Names => _entries.Keys;

    public bool IsQuick(string kind) => _entries[kind].IsQuick;

    public IJobHandler Handler(string kind, IServiceProvider services) => (IJobHandler)services.GetRequiredService(_entries[kind].Handler);

    public sealed record Entry(string Kind, bool IsQuick, Type Handler);
}

public static class OperationsFeature
{
    public static IHostApplicationBuilder AddOperations(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<JobOptions>().BindConfiguration("Jobs").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<JobKinds>();
        builder.Services.AddSingleton<JobSignal>();
        builder.Services.AddSingleton<IInterceptor>(services => services.GetRequiredService<JobSignal>());
        builder.Services.AddSingleton<JobBacklog>();
        builder.Services.CountFromZero(JobTelemetry.Ended, services => JobTelemetry.AllEnds(services.GetRequiredService<JobKinds>()));
        builder.Services.AddHostedService<JobWorker>().AddHostedService<ListenForJobs>().AddHostedService<TidyJobs>();
        builder.Services.AddReport<ReportOnDatabase>().AddReport<ReportOnJobs>().AddReport<ReportOnRedis>();
        builder.Services.AddSingleton<WithinTime>().AddSingleton<RememberUsage>().AddSingleton<DescribeVersions>().AddScoped<RetryJob>();
        AddBackups(builder.Services);
        builder.Services.AddExceptionHandler<AnswerForDatabase>();
        // Alerts tell of a database that is away; each look at it in the meantime is no error of its own.
        builder.ExpectErrors(JobWorker.IsOfTheDatabase);
        builder.Services.AddSingleton<Replicas>().AddHostedService(services => services.GetRequiredService<Replicas>());
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<ContentSignal>();
        builder.Services.AddSingleton<IInterceptor>(services => services.GetRequiredService<ContentSignal>());
        builder.Services.AddSingleton<ChangeWatchers>();
        return builder;
    }

    public static void MapOperations(this IEndpointRouteBuilder api)
    {
        api.MapGet("/public/changes", WatchChanges.Handle).WithName(nameof(WatchChanges)).WithTags("Public")
            // Bounded by its own count: every Web replica holds one of these.
            .DisableRateLimiting();
        var own = api.MapGroup("/operations").WithTags("Operations").RequireAuthorization(Policies.Owner);
        own.MapGet("", GetOperations.Handle).WithName(nameof(GetOperations));
        own.MapGet("/usage", GetUsage.Handle).WithName(nameof(GetUsage));
        own.MapGet("/usage.csv", GetUsageTable.Handle).WithName(nameof(GetUsageTable));
        own.MapPost("/jobs/retry", RetryDeadJobs.Handle).WithName(nameof(RetryDeadJobs));
        own.MapPost("/jobs/{id:guid}/retry", RetryJob.Handle).WithName(nameof(RetryJob));
        own.MapPost("/failures/{kind}/{id:guid}/retry", RetryFailure.Handle).WithName(nameof(RetryFailure));
    }

    public static IServiceCollection AddJob<T>(this IServiceCollection services)
        where T : class, IJobHandler =>
        services.AddScoped<T>().AddSingleton(new JobKinds.Entry(T.Kind, T.IsQuick, typeof(T)));

    public static IServiceCollection AddReport<T>(this IServiceCollection services)
        where T : class, IReportOnItself =>
        services.AddScoped<T>().AddSingleton(new ReportingPart(T.Part, typeof(T)));

    public static IServiceCollection AddFailures<T>(this IServiceCollection services, params string[] kinds)
        where T : class, IListFailures =>
        services.AddScoped<T>().AddSingleton(new FailureSource(kinds, typeof(T)));

    private static void AddBackups(IServiceCollection services)
    {
        services.AddOptions<BackupOptions>().BindConfiguration("Backup").ValidateOnStart();
        services.AddSingleton<IValidateOptions<BackupOptions>, CheckBackupOptions>();
        services.AddSingleton<ReadBackups>();
        var backup = services.AddHttpClient(ReadBackups.Client)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(2) });
#pragma warning disable EXTEXP0001 // For evaluation only: it is the documented way to leave out the defaults. Whoever looks again asks again.
        backup.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
    }
}

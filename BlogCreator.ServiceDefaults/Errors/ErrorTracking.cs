using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentry;
using Sentry.Extensibility;

namespace BlogCreator.ServiceDefaults.Errors;

/// <summary>
/// Errors and a tenth of the traces go to Sentry, or to what understands the same, where <c>Sentry__Dsn</c> says where that
/// is; nothing of it is there where it does not. Why it is as it is: docs/decisions/0022-errors.md.
/// </summary>
internal static class ErrorTracking
{
    public const double TracesKept = 0.1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void AddErrorTracking(this IHostApplicationBuilder builder)
    {
        // What is expected is named by the services in any case.
        builder.Services.AddOptions<ExpectedErrors>();
        var dsn = builder.Configuration["Sentry:Dsn"]?.Trim();
        if (string.IsNullOrEmpty(dsn))
        {
            return;
        }

        if (!SentryAddress.TryParse(dsn, out var address))
        {
            // Before the SDK reads it, which would name the value.
            throw new OptionsValidationException("Sentry", typeof(SentryAddress), ["Sentry__Dsn is not the address of a project in Sentry, such as https://KEY@HOST/NUMBER. Copy it from the project's settings (Client Keys), or leave it empty."]);
        }

        var service = ServiceIdentity.Of(builder);
        var project = new SentryProject(address, $"blogcreator@{service.Version}", service.Environment);
        builder.Services.AddSingleton(project);
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<CleanReport>();
        builder.Services.AddSingleton(services => new RunningSdk(Options(dsn, project, service, services)));
        builder.Services.AddSingleton<IHub>(services =>
        {
            services.GetRequiredService<RunningSdk>();
            return HubAdapter.Instance;
        });
        builder.Services.AddSingleton<ILoggerProvider, ReportLoggedErrors>();
    }

    public static void UseErrorTracking(this WebApplication app)
    {
        if (app.Services.GetService<SentryProject>() is not null)
        {
            app.UseMiddleware<ReportErrors>();
        }
    }

    /// <summary>
    /// The same tenth in every service, so that a trace is there whole or not at all; the key is in it, so that nobody can
    /// send us ids that are all kept.
    /// </summary>
    public static bool IsKept(SentryId trace, string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes($"{trace}{key}"), hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash) < TracesKept * uint.MaxValue;
    }

    private static SentryOptions Options(string dsn, SentryProject project, ServiceIdentity service, IServiceProvider services)
    {
        var sentry = new SentryOptions
        {
            Dsn = dsn,
            Release = project.Release,
            Environment = project.Environment,
            ServerName = service.Name,
            TracesSampleRate = TracesKept,
        };
        Restrain(sentry);
        Hush(sentry, services);
        return sentry;
    }

    /// <summary>Nobody waits for it: a queue in memory that forgets what is too much, and two seconds at the end.</summary>
    private static void Restrain(SentryOptions sentry)
    {
        sentry.MaxQueueItems = 100;
        sentry.ShutdownTimeout = TimeSpan.FromSeconds(2);
        sentry.RequestBodyCompressionLevel = CompressionLevel.Fastest;
        sentry.ConfigureClient = http => http.Timeout = Patience;
        // Else each envelope would be a trace of its own in our telemetry.
        sentry.CreateHttpMessageHandler = () => new SocketsHttpHandler { ActivityHeadersPropagator = null, AllowAutoRedirect = false, UseCookies = false };
        // The disk is not ours to fill.
        sentry.DisableFileWrite = true;
        // A service that runs for weeks is one session, known by the address of a network card.
        sentry.AutoSessionTracking = false;
        // What a request did within us, our own traces tell in full; a second listener at each statement costs each request.
        sentry.DisableDiagnosticSourceIntegration();
        sentry.DisableSentryHttpMessageHandler = true;
        // The lock files of the release say which versions it is made of.
        sentry.ReportAssembliesMode = ReportAssembliesMode.None;
    }

    private static void Hush(SentryOptions sentry, IServiceProvider services)
    {
        // What the SDK would say of itself names the key.
        sentry.Debug = false;
        sentry.EnableSpotlight = false;
        // Logs have a way of their own.
        sentry.EnableLogs = false;
        sentry.SendDefaultPii = false;
        sentry.IsEnvironmentUser = false;
        sentry.AttachStacktrace = false;
        sentry.MaxBreadcrumbs = 0;
        // Our trace goes on by `traceparent`; nobody else is told of Sentry's.
        sentry.TracePropagationTargets = [];
        sentry.PropagateTraceparent = false;
        // An answer of 500 is reported by who gave it.
        sentry.CaptureFailedRequests = false;
        // Asked for late: it needs parts that need a log, which is only being made.
        var clean = new Lazy<CleanReport>(services.GetRequiredService<CleanReport>);
        sentry.SetBeforeSend((report, hint) =>
        {
            hint.Attachments.Clear();
            return OrNothing(said => clean.Value.Clean(said), report);
        });
        sentry.SetBeforeSendTransaction(transaction => OrNothing(CleanReport.Clean, transaction));
        // A log's values and a call's address may be anything; the log itself is found by the trace id.
        sentry.SetBeforeBreadcrumb(_ => null);
    }

    /// <summary>What could not be cleaned stays here: the SDK would send it on as it was.</summary>
    private static T? OrNothing<T>(Func<T, T?> clean, T report)
        where T : class
    {
        try
        {
            return clean(report);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>From the first log to the end of the host, which gives it time for what is left to send.</summary>
    private sealed class RunningSdk(SentryOptions options) : IDisposable
    {
        private readonly IDisposable _running = SentrySdk.Init(options);

        public void Dispose() => _running.Dispose();
    }
}

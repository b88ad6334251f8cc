using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentry;
using Sentry.AspNetCore;
using Sentry.Extensibility;
using Sentry.Extensions.Logging;

namespace BlogCreator.ServiceDefaults.Errors;

/// <summary>
/// Errors and a tenth of the traces go to Sentry, or to what understands the same, where <c>Sentry__Dsn</c> says where that
/// is; nothing of it is there where it does not. Why it is as it is: docs/decisions/0022-errors.md.
/// </summary>
internal static class ErrorTracking
{
    public const double TracesKept = 0.1;

    private const string OwnNames = "BlogCreator.";
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

        var identity = ServiceIdentity.Of(builder);
        var project = new SentryProject(address, $"blogcreator@{identity.Version}", identity.Environment);
        builder.Services.AddSingleton(project);
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<CleanReport>();
        if (builder is not WebApplicationBuilder web)
        {
            return;
        }

        web.WebHost.UseSentry();
        builder.Services.AddOptions<SentryAspNetCoreOptions>().Configure<IServiceProvider>((sentry, services) =>
        {
            sentry.Dsn = dsn;
            sentry.Release = project.Release;
            sentry.Environment = project.Environment;
            sentry.ServerName = identity.Name;
            Restrain(sentry);
            Hush(sentry, services);
            sentry.TracesSampleRate = TracesKept;
            sentry.TracesSampler = context => IsKept(context.TransactionContext.TraceId, address.Key) ? 1 : 0;
        });
    }

    public static void UseErrorTracking(this WebApplication app)
    {
        if (app.Services.GetService<SentryProject>() is not null)
        {
            app.UseMiddleware<FollowTrace>();
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

    /// <summary>Nobody waits for it: a queue in memory that forgets what is too much, and two seconds at the end.</summary>
    private static void Restrain(SentryAspNetCoreOptions sentry)
    {
        sentry.MaxQueueItems = 100;
        sentry.ShutdownTimeout = TimeSpan.FromSeconds(2);
        sentry.FlushOnCompletedRequest = false;
        sentry.ConfigureClient = http => http.Timeout = Patience;
        // Else each envelope would be a trace of its own in our telemetry.
        sentry.CreateHttpMessageHandler = () => new SocketsHttpHandler { ActivityHeadersPropagator = null, AllowAutoRedirect = false, UseCookies = false };
        // The disk is not ours to fill.
        sentry.DisableFileWrite = true;
        // A service that runs for weeks is one session, known by the address of a network card.
        sentry.AutoSessionTracking = false;
        // The lock files of the release say which versions it is made of.
        sentry.ReportAssembliesMode = ReportAssembliesMode.None;
        sentry.MaxBreadcrumbs = 30;
        // What the SDK would say of itself names the key.
        sentry.Debug = false;
        sentry.EnableSpotlight = false;
        // Logs and metrics have ways of their own.
        sentry.EnableLogs = false;
    }

    private static void Hush(SentryAspNetCoreOptions sentry, IServiceProvider services)
    {
        sentry.SendDefaultPii = false;
        sentry.IsEnvironmentUser = false;
        sentry.MaxRequestBodySize = RequestSize.None;
        sentry.AdjustStandardEnvironmentNameCasing = false;
        sentry.AttachStacktrace = false;
        // Our trace goes on by `traceparent`; nobody else is told of Sentry's. An answer of 500 is reported by who gave it.
        sentry.AutoRegisterTracing = false;
        sentry.TracePropagationTargets = [];
        sentry.PropagateTraceparent = false;
        sentry.CaptureFailedRequests = false;
        // Parts of the framework log as an error what we then handle; what we do not handle reaches the pipeline or a log of ours.
        // What strangers try is no error of ours, and has a stream of its own.
        sentry.AddLogEntryFilter((category, level, _, _) =>
            category == SecurityEvents.Category || (level is LogLevel.Error && !category.StartsWith(OwnNames, StringComparison.Ordinal)));
        // Asked for late: it needs parts that need a log, which is only being made.
        var clean = new Lazy<CleanReport>(services.GetRequiredService<CleanReport>);
        sentry.SetBeforeSend((report, hint) =>
        {
            hint.Attachments.Clear();
            return clean.Value.Clean(report);
        });
        sentry.SetBeforeSendTransaction(CleanReport.Clean);
        sentry.SetBeforeBreadcrumb(CleanReport.Clean);
    }
}

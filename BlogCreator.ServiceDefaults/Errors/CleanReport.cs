using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sentry;

namespace BlogCreator.ServiceDefaults.Errors;

/// <summary>
/// The last hand on what leaves for Sentry. It says what may go rather than what may not: the kind of the error, where in our
/// code it happened, the route, the trace. What people and documents said stays here, in the log, under the same trace id.
/// </summary>
internal sealed class CleanReport(IHttpContextAccessor requests, IOptions<ExpectedErrors> expected, IHostApplicationLifetime lifetime, ServiceIdentity service)
{
    private static readonly HashSet<string> Contexts = new(StringComparer.OrdinalIgnoreCase) { "trace", "runtime", "os", "app" };

    /// <returns>Null for what is no error.</returns>
    public SentryEvent? Clean(SentryEvent report)
    {
        var context = requests.HttpContext;
        if (IsExpected(report, context))
        {
            return null;
        }

        foreach (var name in report.Tags.Keys.Where(name => name != "job.kind").ToList())
        {
            report.UnsetTag(name);
        }

        foreach (var name in report.Extra.Keys.ToList())
        {
            report.SetExtra(name, null);
        }

        foreach (var name in report.Contexts.Keys.Where(name => !Contexts.Contains(name)).ToList())
        {
            report.Contexts.Remove(name);
        }

        report.User = new SentryUser();
        report.Request = new SentryRequest();
        report.ServerName = service.Name;
        // Where our program lies on the disk.
        report.DebugImages = null;
        if (context is not null)
        {
            report.Request.Method = Method(context.Request.Method);
            report.TransactionName = $"{report.Request.Method} {Route(ReportErrors.AskedFor(context) ?? context.GetEndpoint())}";
        }

        foreach (var exception in report.SentryExceptions ?? [])
        {
            // Outside of a request we work on documents and speak with models, whose words an exception may repeat.
            exception.Value = context is null || exception.Value is not { } sentence ? null : CleanText.Of(sentence);
            exception.Mechanism?.Data.Clear();
            foreach (var frame in exception.Stacktrace?.Frames ?? [])
            {
                frame.AbsolutePath = null;
                frame.FileName = CleanText.SourcePath(frame.FileName);
                frame.ContextLine = null;
            }
        }

        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            report.Contexts.Trace.TraceId = SentryId.Parse(activity.TraceId.ToHexString());
            report.Contexts.Trace.SpanId = SpanId.Parse(activity.SpanId.ToHexString());
        }

        return report;
    }

    public static SentryTransaction Clean(SentryTransaction transaction)
    {
        transaction.User = new SentryUser();
        transaction.Request = new SentryRequest { Method = transaction.Request.Method };
        foreach (var name in transaction.Contexts.Keys.Where(name => !Contexts.Contains(name)).ToList())
        {
            transaction.Contexts.Remove(name);
        }

        return transaction;
    }

    private bool IsExpected(SentryEvent report, HttpContext? context)
    {
        if (report.Exception is { } failure && (expected.Value.Contain(failure, context) || (failure is OperationCanceledException && lifetime.ApplicationStopping.IsCancellationRequested)))
        {
            return true;
        }

        // From the pipeline and not from a log: what was answered otherwise than as a mistake of ours is none.
        return report.Logger is null && context is { Response.StatusCode: >= 400 and not StatusCodes.Status500InternalServerError };
    }

    public static string Route(Endpoint? endpoint) =>
        endpoint is RouteEndpoint { RoutePattern.RawText: { } pattern } ? "/" + pattern.TrimStart('/') : "unmatched";

    public static string Method(string method) => HttpMetrics.Method(method);
}

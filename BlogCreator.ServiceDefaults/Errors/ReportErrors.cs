using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.StaticAssets;
using Sentry;

namespace BlogCreator.ServiceDefaults.Errors;

/// <summary>
/// The outermost part of the pipeline: what breaks within is reported under the trace that we have anyway, and of a tenth of
/// the requests how long they took.
/// </summary>
internal sealed class ReportErrors(RequestDelegate next, IHub hub, SentryProject project, TimeProvider clock)
{
    // Each costs some milliseconds to put together, and where traces are paid for, money.
    private const int MostInASecond = 5;

    private static readonly object Asked = new();

    private long _second;
    private int _inThisSecond;

    /// <summary>What a request that broke had been for, whatever the handlers of errors have made of it since.</summary>
    public static Endpoint? AskedFor(HttpContext context) => context.Items.TryGetValue(Asked, out var endpoint) ? endpoint as Endpoint : null;

    public async Task InvokeAsync(HttpContext context)
    {
        // Routing ran before.
        var asked = context.GetEndpoint();
        var transaction = Start(asked);
        try
        {
            await next(context);
            if (context.Features.Get<IExceptionHandlerFeature>()?.Error is { } handled)
            {
                Report(context, asked, handled);
            }
        }
        catch (Exception unhandled)
        {
            Report(context, asked, unhandled);
            throw;
        }
        finally
        {
            if (transaction is not null && !Streams.IsStream(context.Response))
            {
                transaction.Name = $"{CleanReport.Method(context.Request.Method)} {CleanReport.Route(asked)}";
                transaction.Finish(Status(context.Response.StatusCode));
            }
        }
    }

    private void Report(HttpContext context, Endpoint? asked, Exception failure)
    {
        context.Items[Asked] = asked;
        failure.SetSentryMechanism("request", handled: false);
        Capture(hub, new SentryEvent(failure));
    }

    /// <summary>Under our own trace, and in a scope of its own, which nothing of another request has got into.</summary>
    public static void Capture(IHub hub, SentryEvent report)
    {
        using var scope = hub.PushScope();
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            hub.ContinueTrace(new SentryTraceHeader(SentryId.Parse(activity.TraceId.ToHexString()), SpanId.Parse(activity.SpanId.ToHexString()), isSampled: null), baggageHeader: null);
        }

        hub.CaptureEvent(report);
    }

    private ITransactionTracer? Start(Endpoint? asked)
    {
        // Static files and health are not worth one; whether an answer is a stream is known at its end.
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C } activity
            || (asked?.Metadata is { } about && (about.GetMetadata<IDisableHttpMetricsMetadata>() is not null || about.GetMetadata<StaticAssetDescriptor>() is not null)))
        {
            return null;
        }

        var trace = SentryId.Parse(activity.TraceId.ToHexString());
        if (!ErrorTracking.IsKept(trace, project.Address.Key) || !HasRoom())
        {
            return null;
        }

        return hub.StartTransaction(new TransactionContext("request", "http.server", SpanId.Parse(activity.SpanId.ToHexString()), traceId: trace, isSampled: true, nameSource: TransactionNameSource.Route));
    }

    private bool HasRoom()
    {
        var second = clock.GetTimestamp() / clock.TimestampFrequency;
        if (Interlocked.Exchange(ref _second, second) != second)
        {
            Volatile.Write(ref _inThisSecond, 0);
        }

        return Interlocked.Increment(ref _inThisSecond) <= MostInASecond;
    }

    private static SpanStatus Status(int status) => status switch
    {
        < 400 => SpanStatus.Ok,
        StatusCodes.Status401Unauthorized => SpanStatus.Unauthenticated,
        StatusCodes.Status403Forbidden => SpanStatus.PermissionDenied,
        StatusCodes.Status404NotFound => SpanStatus.NotFound,
        StatusCodes.Status409Conflict => SpanStatus.AlreadyExists,
        StatusCodes.Status429TooManyRequests => SpanStatus.ResourceExhausted,
        < 500 => SpanStatus.InvalidArgument,
        StatusCodes.Status503ServiceUnavailable => SpanStatus.Unavailable,
        StatusCodes.Status504GatewayTimeout => SpanStatus.DeadlineExceeded,
        _ => SpanStatus.InternalError,
    };
}

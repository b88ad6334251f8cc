using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.StaticAssets;
using Sentry;

namespace BlogCreator.ServiceDefaults.Errors;

/// <summary>Has Sentry use the trace that we have anyway, and tell of a tenth of the requests how long they took.</summary>
internal sealed class FollowTrace(RequestDelegate next, IHub hub, SentryProject project)
{
    private static readonly object Asked = new();

    public static Endpoint? AskedFor(HttpContext context) => context.Items.TryGetValue(Asked, out var endpoint) ? endpoint as Endpoint : null;

    public async Task InvokeAsync(HttpContext context)
    {
        context.Items[Asked] = context.GetEndpoint();
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C } activity)
        {
            await next(context);
            return;
        }

        var trace = SentryId.Parse(activity.TraceId.ToHexString());
        var header = new SentryTraceHeader(trace, SpanId.Parse(activity.SpanId.ToHexString()), isSampled: null);
        var started = hub.ContinueTrace(header, baggageHeader: null, "request", "http.server");
        // Static files and health are not worth one; whether an answer is a stream is known at its end.
        var isWorthIt = context.GetEndpoint()?.Metadata is not { } about
            || (about.GetMetadata<IDisableHttpMetricsMetadata>() is null && about.GetMetadata<StaticAssetDescriptor>() is null);
        if (!isWorthIt || !ErrorTracking.IsKept(trace, project.Address.Key))
        {
            await next(context);
            return;
        }

        var transaction = hub.StartTransaction(started);
        hub.ConfigureScope(scope => scope.Transaction = transaction);
        try
        {
            await next(context);
        }
        finally
        {
            hub.ConfigureScope(scope => scope.Transaction = null);
            if (!Streams.IsStream(context.Response))
            {
                transaction.Name = $"{CleanReport.Method(context.Request.Method)} {CleanReport.Route(context)}";
                transaction.Finish(Status(context.Response.StatusCode));
            }
        }
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

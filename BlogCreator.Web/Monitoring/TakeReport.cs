using System.Threading.RateLimiting;
using BlogCreator.ServiceDefaults;
using BlogCreator.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace BlogCreator.Web.Monitoring;

/// <summary>
/// Takes what a page of ours reports. Anybody can send something here, so that it is small, rare, from our own pages, and
/// made anew (<see cref="BrowserReport"/>) before it goes on, always to the one address that the settings name.
/// </summary>
internal sealed class TakeReport(SentryProject project, SendReports send) : IDisposable
{
    /// <summary>Stands where a DSN belongs; which it really is, a browser need not know.</summary>
    public const string Placeholder = "https://site@monitoring.invalid/1";

    private const int Longest = 64 * 1024;
    private const int Comeback = 60;

    private readonly PartitionedRateLimiter<HttpContext> _limits = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetFixedWindowLimiter(VisitorAddress.Of(context.Connection.RemoteIpAddress), _ => new() { PermitLimit = 20, Window = TimeSpan.FromMinutes(1) })),
        PartitionedRateLimiter.Create<HttpContext, string>(_ => RateLimitPartition.GetFixedWindowLimiter("", _ => new() { PermitLimit = 300, Window = TimeSpan.FromMinutes(1) })));

    public async Task<IResult> Handle(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.Headers.CacheControl = "no-store";
        if (!IsFromOurPages(context.Request))
        {
            return Refuse(StatusCodes.Status403Forbidden, "Reports are taken from pages of this site alone.");
        }

        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || type.MediaType.Value is not ("text/plain" or "application/x-sentry-envelope"))
        {
            return Refuse(StatusCodes.Status415UnsupportedMediaType, "A report is an envelope, sent as text/plain or application/x-sentry-envelope.");
        }

        using var lease = _limits.AttemptAcquire(context);
        if (!lease.IsAcquired)
        {
            context.Response.Headers.RetryAfter = Comeback.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Refuse(StatusCodes.Status429TooManyRequests, "Enough was reported for this minute.");
        }

        if (await Read(context) is not { } body)
        {
            return Refuse(StatusCodes.Status413PayloadTooLarge, "A report is at most 64 KB.");
        }

        if (BrowserReport.Parse(body) is not { } said)
        {
            return Refuse(StatusCodes.Status400BadRequest, "This is not an envelope.");
        }

        if (said.Dsn != Placeholder)
        {
            return Refuse(StatusCodes.Status403Forbidden, "Reports to other projects are not sent on.");
        }

        var site = $"{context.Request.Scheme}://{context.Request.Host.ToUriComponent()}";
        if (said.Clean(project, site, context.Request.Headers.UserAgent.ToString()) is not { } envelopes)
        {
            return Refuse(StatusCodes.Status400BadRequest, "This is not an envelope.");
        }

        foreach (var envelope in envelopes)
        {
            send.Send(envelope);
        }

        // What becomes of it is nothing that the page could do something about.
        return Results.Json(new { }, statusCode: StatusCodes.Status202Accepted);
    }

    public void Dispose() => _limits.Dispose();

    private static IResult Refuse(int status, string detail) => Results.Problem(statusCode: status, title: "Not taken", detail: detail);

    /// <summary>Browsers say where a request comes from, and scripts cannot make them say something else.</summary>
    private static bool IsFromOurPages(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();
        return site.Length > 0
            ? site == "same-origin"
            : origin == $"{request.Scheme}://{request.Host.ToUriComponent()}";
    }

    private static async Task<byte[]?> Read(HttpContext context)
    {
        if (context.Request.ContentLength > Longest)
        {
            return null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            // One more than is taken, so that the refusal is ours.
            limit.MaxRequestBodySize = Longest + 1;
        }

        var body = new byte[Longest + 1];
        var length = 0;
        try
        {
            while (length < body.Length && await context.Request.Body.ReadAsync(body.AsMemory(length), context.RequestAborted) is > 0 and var more)
            {
                length += more;
            }
        }
        catch (BadHttpRequestException refused) when (refused.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }

        return length > Longest ? null : body[..length];
    }
}

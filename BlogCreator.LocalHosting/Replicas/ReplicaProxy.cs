using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace BlogCreator.LocalHosting.Replicas;

/// <summary>
/// Answers at the fixed ports of the services of which there are several, and hands each request to one of them as it is. A
/// service behind it sees the same visitor, host and body as without it.
/// </summary>
internal sealed class ReplicaProxy : IAsyncDisposable
{
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    // A replica that was killed comes back within about this time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Streams are silent for as long as nothing happens; the services themselves know when that is too long.
    private static readonly ForwarderRequestConfig Settings = new()
    {
        ActivityTimeout = TimeSpan.FromDays(1),
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        AllowResponseBuffering = false,
    };

    private static readonly AsIs Unchanged = new();

    private readonly Dictionary<int, (ReplicaSet Set, string Endpoint)> doors;
    private readonly EngineContext engine;
    private readonly WebApplication application;
    private readonly IHttpForwarder forwarder;
    private readonly HttpMessageInvoker connections = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        ConnectTimeout = TimeSpan.FromSeconds(2),

        // Every service of .NET says when it wants the body, or refuses it, however long it thinks about that.
        Expect100ContinueTimeout = TimeSpan.FromMinutes(1),
    });

    private ReplicaProxy(Dictionary<int, (ReplicaSet Set, string Endpoint)> doors, EngineContext engine)
    {
        this.doors = doors;
        this.engine = engine;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // How much and how slowly is for the services to say.
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            foreach (var port in doors.Keys)
            {
                kestrel.ListenLocalhost(port);
            }
        });
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<IHostLifetime, EngineLifetime>();
        application = builder.Build();
        forwarder = application.Services.GetRequiredService<IHttpForwarder>();
        application.Run(Handle);
    }

    /// <summary>Null where no service needs it.</summary>
    public static async Task<ReplicaProxy?> Start(IEnumerable<ReplicaSet> sets, EngineContext engine, CancellationToken cancel)
    {
        var found = new Dictionary<int, (ReplicaSet Set, string Endpoint)>();
        foreach (var set in sets)
        {
            foreach (var endpoint in set.Service.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.UriScheme is "http"))
            {
                found[endpoint.AllocatedEndpoint!.Port] = (set, endpoint.Name);
            }
        }

        if (found.Count == 0)
        {
            return null;
        }

        var proxy = new ReplicaProxy(found, engine);
        try
        {
            await proxy.application.StartAsync(cancel);
        }
        catch (IOException taken)
        {
            await proxy.DisposeAsync();
            throw new EngineError($"The replicas cannot be reached: {taken.Message}", "Choose another port: --port NAME=PORT");
        }

        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(Goodbye);
        await application.StopAsync(patience.Token);
        await application.DisposeAsync();
        connections.Dispose();
    }

    private async Task Handle(HttpContext context)
    {
        var (set, endpoint) = doors[context.Connection.LocalPort];
        var cookie = $"replica-{set.Service.Name}";
        var own = set.KeepsVisitors && int.TryParse(context.Request.Cookies[cookie], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var tried = new List<ServiceRunner>();
        while (await Next(set, own, tried, context.RequestAborted) is { } replica)
        {
            if (set.KeepsVisitors && own != ReplicaSet.Number(replica))
            {
                context.Response.OnStarting(() => Remember(context, cookie, ReplicaSet.Number(replica), () => tried[^1] == replica));
            }

            tried.Add(replica);
            set.Begin(replica);
            ForwarderError error;
            try
            {
                error = await forwarder.SendAsync(context, ReplicaSet.Address(replica, endpoint), connections, Settings, Unchanged);
            }
            finally
            {
                set.End(replica);
            }

            if (error is ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            {
                return;
            }

            if (!MayAskAnother(context, error))
            {
                await Refuse(context, StatusCodes.Status502BadGateway, $"{replica.Resource.Name} ended in the middle of this request.");
                return;
            }

            context.Response.Clear();
        }

        context.Response.Headers.RetryAfter = "1";
        await Refuse(context, StatusCodes.Status503ServiceUnavailable, $"No replica of {set.Service.Name} answers right now.");
    }

    /// <summary>Null when there is none, and none came for a while.</summary>
    private async Task<ServiceRunner?> Next(ReplicaSet set, int? own, List<ServiceRunner> tried, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel, engine.Stopping);
        patience.CancelAfter(Patience);
        while (true)
        {
            var news = engine.Notifications.News;
            if (set.Choose(own, tried) is { } replica)
            {
                return replica;
            }

            // One that refused may be another process by now.
            tried.RemoveAll(refused => refused.ProcessId is null);
            try
            {
                await news.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    /// <summary>Nothing of it was done when no connection came about; and a question may be put twice as long as there is no answer.</summary>
    private static bool MayAskAnother(HttpContext context, ForwarderError error)
    {
        var failure = context.GetForwarderErrorFeature()?.Exception;
        context.Features.Set<IForwarderErrorFeature>(null);
        return error is ForwarderError.Request
            && (failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } || IsQuestion(context.Request));
    }

    private static bool IsQuestion(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && request.ContentLength is null or 0 && request.Headers.TransferEncoding.Count == 0;

    private static Task Remember(HttpContext context, string cookie, int number, Func<bool> isStillTheOne)
    {
        // With a page, and with nothing that programs fetch.
        if (isStillTheOne() && context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true)
        {
            context.Response.Cookies.Append(
                cookie, number.ToString(CultureInfo.InvariantCulture), new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, IsEssential = true, Path = "/" });
        }

        return Task.CompletedTask;
    }

    private static Task Refuse(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new { title = "The service is starting or resting", status, detail = $"{reason} Try again in a moment." }, options: null, "application/problem+json", context.RequestAborted);
    }

    private sealed class AsIs : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.Host = httpContext.Request.Host.ToUriComponent();

            // Whoever came without a proxy of its own is described; what another one said of its visitor stands, as the
            // services believe everybody on this machine in that.
            if (!httpContext.Request.Headers.ContainsKey("X-Forwarded-For") && httpContext.Connection.RemoteIpAddress is { } address)
            {
                proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-For", (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString());
            }

            // The replica says first that it wants the body: one that ends before that has taken nothing, and one that
            // refuses it is heard.
            if (proxyRequest.Content is not null)
            {
                proxyRequest.Headers.ExpectContinue = true;
            }
        }
    }
}

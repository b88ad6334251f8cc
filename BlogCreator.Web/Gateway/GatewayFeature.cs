using System.Diagnostics;
using System.Net;
using BlogCreator.Contracts;
using BlogCreator.Web.Shell;
using BlogCreator.Web.Studio;
using Microsoft.Extensions.ServiceDiscovery.Http;
using Yarp.ReverseProxy.Forwarder;

namespace BlogCreator.Web.Gateway;

/// <summary>The way from here to Api: the typed client of our own pages, and what the browser sends to Api itself.</summary>
public static class GatewayFeature
{
    public static readonly Uri Api = new("http://api");

    public static void AddGateway(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddTransient<PatienceOfPage>();
        builder.Services.AddTransient<ActAsCaller>();
        builder.Services.AddTransient<HearOfChanges>();
        // Without a cookie store of its own: it would remember the session of whoever signed in last, and speak for them.
        builder.Services.AddHttpClient<BlogApi>(http => http.BaseAddress = Api)
            .ConfigurePrimaryHttpMessageHandler(Connections)
            .AddHttpMessageHandler<PatienceOfPage>()
            .AddHttpMessageHandler<ActAsCaller>()
            .AddHttpMessageHandler<HearOfChanges>();
        // Of its own, so that a stream that cannot be opened does not count as a failure of the pages.
        builder.Services.AddHttpClient(FollowChanges.Client, http => http.BaseAddress = Api)
            .ConfigurePrimaryHttpMessageHandler(Connections);
        builder.Services.AddHostedService<FollowChanges>();
        var health = builder.Services.AddHttpClient(AskHealth.Client).ConfigurePrimaryHttpMessageHandler(Connections);
#pragma warning disable EXTEXP0001 // For evaluation only: it is the documented way to leave out the defaults, which would ask the unwell again and again.
        health.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        builder.Services.AddScoped<AskHealth>();
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton(services => new ForwardToApi(
            services.GetRequiredService<IHttpForwarder>(),
            new HttpMessageInvoker(services.GetRequiredService<IServiceDiscoveryHttpMessageHandlerFactory>().CreateHandler(Connections())),
            services.GetRequiredService<SiteProfile>(),
            services.GetRequiredService<ContentVersion>(),
            services.GetRequiredService<IServiceScopeFactory>(),
            services.GetRequiredService<ILogger<ForwardToApi>>()));
    }

    public static void MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var forward = app.Services.GetRequiredService<ForwardToApi>();
        string[] routes = app.Environment.IsProduction()
            ? ["/api/{**rest}", "/ws/{**rest}"]
            : ["/api/{**rest}", "/ws/{**rest}", "/openapi/{**rest}", "/scalar/{**rest}"];
        foreach (var route in routes)
        {
            app.Map(route, forward.Handle).ExcludeFromDescription();
        }
    }

    private static SocketsHttpHandler Connections() => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
    };
}

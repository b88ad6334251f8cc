using BlogCreator.ServiceDefaults.Errors;

namespace BlogCreator.Web.Monitoring;

/// <summary>
/// What goes wrong in the browser reaches whoever runs the site: the pages refer to a small script, and what it reports comes
/// to our own address and goes on from here. Neither is there where <c>Sentry__Dsn</c> is empty.
/// </summary>
public static class MonitoringFeature
{
    public static bool IsOn(IServiceProvider services) => services.GetService<SentryProject>() is not null;

    public static void AddMonitoring(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.Any(service => service.ServiceType == typeof(SentryProject)))
        {
            builder.Services.AddSingleton<SendReports>().AddHostedService(services => services.GetRequiredService<SendReports>());
            builder.Services.AddSingleton<TakeReport>();
        }
    }

    public static void MapMonitoring(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        Delegate handle = app.Services.GetService<TakeReport>() is { } take ? take.Handle : () => TypedResults.NotFound();
        app.MapPost("/monitoring/report", handle).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
    }
}

using BlogCreator.Tests.Platform;
using BlogCreator.Tests.ServiceDefaults;

namespace BlogCreator.Tests.Web;

/// <summary>A site whose Web reports to a sink; its Api does not, as the SDK is one for the whole process.</summary>
internal sealed class ReportedSite : IAsyncDisposable
{
    private readonly ApiFixture _api = new();
    private WebUnderTest? _web;

    public required SentrySink Sink { get; init; }

    public Uri Address => _web!.ClientOptions.BaseAddress;

    public static async Task<ReportedSite> Start()
    {
        var site = new ReportedSite { Sink = await SentrySink.Start() };
        site._api.UseKestrel();
        await site._api.InitializeAsync();
        site._api.StartServer();
        site._web = new WebUnderTest(site._api.ClientOptions.BaseAddress, Path.Combine(site._api.Folder, "keys"), 0, ("Sentry:Dsn", site.Sink.Dsn));
        site._web.UseKestrel();
        site._web.StartServer();
        return site;
    }

    public HttpClient Browser() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        await _web!.DisposeAsync();
        await _api.DisposeAsync();
        await Sink.DisposeAsync();
    }
}

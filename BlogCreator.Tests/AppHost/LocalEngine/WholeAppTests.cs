using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.Testing;

namespace BlogCreator.Tests.AppHost.LocalEngine;

/// <summary>The app that is shipped, inside the test.</summary>
[Collection(WholeApps.Name)]
public sealed class WholeAppTests
{
    private readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_app_starts_serves_survives_a_crash_and_leaves_nothing_behind()
    {
        Processes.RequireLinux();
        string data;
        List<int> processes = [];
        await using (var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.BlogCreator_AppHost>(cancel))
        {
            data = builder.Configuration["data"] ?? "";
            await using var app = await builder.BuildAsync(cancel);
            await app.StartAsync(cancel);
            await app.ResourceNotifications.WaitForResourceHealthyAsync("web", cancel);
            processes.AddRange([app.GetProcessId("web"), app.GetProcessId("api"), app.Engine.WatcherId ?? 0]);

            using var web = app.CreateHttpClient("web");
            Assert.NotEqual(8080, app.GetEndpoint("web").Port);
            Assert.Equal(HttpStatusCode.OK, (await web.GetAsync(new Uri("/health", UriKind.Relative), cancel)).StatusCode);
            CheckEnvironment(app, data);
            Assert.True(File.Exists(Path.Combine(data, "logs", "api.log")));

            var old = app.GetProcessId("api");
            Processes.Kill(old);
            await app.WaitForRestartAsync("api", old, cancel);
            using var api = app.CreateHttpClient("api");
            Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(new Uri("/health", UriKind.Relative), cancel)).StatusCode);
            processes.Add(app.GetProcessId("api"));
        }

        Assert.All(processes, id => Assert.False(Processes.IsAlive(id)));
        Assert.False(Directory.Exists(data));
    }

    private static void CheckEnvironment(DistributedApplication app, string data)
    {
        var api = Processes.Environment(app.GetProcessId("api"));
        Assert.Equal($"Data Source={Path.Combine(data, "blogdb.db")}", api["ConnectionStrings__blogdb"]);
        Assert.DoesNotContain("BLOGDB_HOST", api.Keys);
        Assert.DoesNotContain("ConnectionStrings__redis", api.Keys);
        Assert.DoesNotContain("ConnectionStrings__elasticsearch", api.Keys);
        Assert.DoesNotContain("Site__Name", api.Keys);
        Assert.Equal("Development", api["ASPNETCORE_ENVIRONMENT"]);
        Assert.StartsWith(data, api["Storage__Path"], StringComparison.Ordinal);
        Assert.StartsWith(data, api["DataProtection__Path"], StringComparison.Ordinal);
        Assert.Equal("api", api["OTEL_SERVICE_NAME"]);
        Assert.StartsWith("service.instance.id=", api["OTEL_RESOURCE_ATTRIBUTES"], StringComparison.Ordinal);
        Assert.Equal(app.GetEndpoint("api").ToString().TrimEnd('/'), api["ASPNETCORE_URLS"]);

        var web = Processes.Environment(app.GetProcessId("web"));
        Assert.Equal(api["ASPNETCORE_URLS"], web["services__api__http__0"]);
        Assert.Equal(api["ASPNETCORE_URLS"], web["API_HTTP"]);
    }
}

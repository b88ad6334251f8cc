using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace BlogCreator.Tests.AppHost;

[Collection(WholeApps.Name)]
public sealed class AppModelTests : IAsyncLifetime
{
    private IDistributedApplicationTestingBuilder? builder;

    public async ValueTask InitializeAsync() =>
        builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.BlogCreator_AppHost>(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => builder?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Theory]
    [InlineData("migrate", "blogdb", WaitType.WaitUntilHealthy)]
    [InlineData("api", "migrate", WaitType.WaitForCompletion)]
    [InlineData("api", "redis", WaitType.WaitUntilHealthy)]
    [InlineData("api", "elasticsearch", WaitType.WaitUntilStarted)]
    [InlineData("web", "api", WaitType.WaitUntilStarted)]
    public void A_service_waits_for_what_it_needs(string service, string dependency, WaitType type)
    {
        Assert.Contains(
            Resource(service).Annotations.OfType<WaitAnnotation>(), wait => wait.Resource.Name == dependency && wait.WaitType == type);
    }

    [Theory]
    [InlineData("migrate", "blogdb")]
    [InlineData("api", "blogdb")]
    [InlineData("api", "redis")]
    [InlineData("api", "elasticsearch")]
    [InlineData("web", "api")]
    [InlineData("web", "redis")]
    public void A_service_is_told_where_to_find_what_it_uses(string service, string dependency)
    {
        Assert.Contains(
            Resource(service).Annotations.OfType<ResourceRelationshipAnnotation>(),
            relationship => relationship.Resource.Name == dependency && relationship.Type == "Reference");
    }

    [Theory]
    [InlineData("api", "api_http_/health_200_check")]
    [InlineData("web", "web_http_/health_200_check")]
    [InlineData("postgres", "postgres_check")]
    [InlineData("blogdb", "blogdb_check")]
    [InlineData("redis", "redis_check")]
    [InlineData("elasticsearch", "elasticsearch_check")]
    public void Health_is_checked(string resource, string key)
    {
        Assert.Equal(key, Assert.Single(Resource(resource).Annotations.OfType<HealthCheckAnnotation>()).Key);
    }

    [Theory]
    [InlineData("api", 8081, false)]
    [InlineData("web", 8080, true)]
    public void A_service_has_one_address_and_only_Web_is_for_the_outside(string service, int port, bool isExternal)
    {
        var endpoint = Assert.Single(Resource(service).Annotations.OfType<EndpointAnnotation>());
        Assert.Equal(port, endpoint.Port);
        Assert.Equal(isExternal, endpoint.IsExternal);
    }

    [Theory]
    [InlineData("api", 2)]
    [InlineData("web", 2)]
    [InlineData("migrate", 1)]
    public void Services_run_twice_and_the_migration_once(string service, int count)
    {
        Assert.Equal(count, Resource(service).GetReplicaCount());
    }

    [Theory]
    [InlineData("postgres", "18.")]
    [InlineData("redis", "8.")]
    [InlineData("elasticsearch", "8.17.")]
    public void A_server_has_a_pinned_image_and_a_volume_with_a_name_that_every_machine_gives_it(string server, string version)
    {
        var image = Assert.Single(Resource(server).Annotations.OfType<ContainerImageAnnotation>());
        Assert.StartsWith(version, image.Tag, StringComparison.Ordinal);
        var volume = Assert.Single(Resource(server).Annotations.OfType<ContainerMountAnnotation>());
        Assert.Equal($"blogcreator-{server}", volume.Source);
    }

    private IResource Resource(string name) => Assert.Single(builder?.Resources ?? throw new InvalidOperationException("Not initialised."), resource => resource.Name == name);
}

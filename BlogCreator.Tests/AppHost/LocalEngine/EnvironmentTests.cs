using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using BlogCreator.LocalHosting;

namespace BlogCreator.Tests.AppHost.LocalEngine;

[Collection(WholeApps.Name)]
public sealed class EnvironmentTests
{
    [Fact]
    public async Task A_service_is_told_of_the_collector_that_the_engine_was_told_of()
    {
        var environment = await OfApi(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"));

        Assert.Equal("http://collector:4317", environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("grpc", environment["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        Assert.Equal("api", environment["OTEL_SERVICE_NAME"]);
    }

    [Fact]
    public async Task A_parameter_reaches_the_services_that_use_it_however_it_is_spelled()
    {
        var environment = await OfApi(("Parameters:site_name", "Field notes"), ("Parameters:language-model-provider", "openai"));

        Assert.Equal("Field notes", environment["Site__Name"]);
        Assert.Equal("openai", environment["LanguageModel__Provider"]);
        Assert.DoesNotContain("LanguageModel__ApiKey", environment.Keys);
    }

    private static async Task<Dictionary<string, string>> OfApi(params (string Key, string Value)[] settings)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.BlogCreator_AppHost>(cancel);
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        var api = builder.Resources.Single(resource => resource.Name == "api");
        var endpoint = api.Annotations.OfType<EndpointAnnotation>().Single();
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", 1);
        builder.Build();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in await ResourceConfiguration.Variables(api, builder.ExecutionContext, cancel))
        {
            if (await ResourceConfiguration.Value(value, cancel) is { } text)
            {
                environment[name] = text;
            }
        }

        return environment;
    }
}

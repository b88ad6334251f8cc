using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using BlogCreator.LocalHosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private static readonly string[] Signals = ["", "TRACES_", "METRICS_", "LOGS_"];

    private readonly CommandLine options;
    private readonly TestSession? session;
    private readonly string product;

    public DistributedApplicationBuilder(CommandLine options, Assembly? appHost, TestSession? session)
    {
        this.options = options;
        this.session = session;
        product = appHost?.GetCustomAttribute<AssemblyProductAttribute>()?.Product ?? "App";
        AppHostDirectory = appHost?.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(metadata => metadata.Key == "apphostprojectpath")?.Value ?? AppContext.BaseDirectory;
        Configuration.AddJsonFile(Path.Combine(AppHostDirectory, "appsettings.json"), optional: true);
        Configuration.AddEnvironmentVariables();
        Configuration.AddInMemoryCollection(options.Settings);
        Configuration["data"] = Path.GetFullPath(options.Data ?? Path.Combine(AppHostDirectory, "..", ".data"));
        Environment = new HostEnvironment
        {
            ApplicationName = appHost?.GetName().Name ?? "AppHost",
            ContentRootPath = AppHostDirectory,
            EnvironmentName = session is null
                ? System.Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? Environments.Production
                : Environments.Development,
        };
        ExecutionContext = new DistributedApplicationExecutionContext(
            options.IsPublish ? DistributedApplicationOperation.Publish : DistributedApplicationOperation.Run);
    }

    public ConfigurationManager Configuration { get; } = new();

    public IHostEnvironment Environment { get; }

    public string AppHostDirectory { get; }

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IResourceCollection Resources { get; } = new ResourceCollection();

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        if (Resources.FirstOrDefault(other => string.Equals(other.Name, resource.Name, StringComparison.OrdinalIgnoreCase)) is { } namesake)
        {
            throw new DistributedApplicationException($"There are two resources named '{namesake.Name}'.");
        }

        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        // A test takes the model from here; the rest of the app host's own program is not run.
        session?.Take(this);
        return BuildApplication();
    }

    internal DistributedApplication BuildApplication()
    {
        var data = Configuration["data"]!;
        if (ExecutionContext.IsRunMode)
        {
            foreach (var resource in Resources.OfType<IResourceWithConnectionString>())
            {
                resource.Annotations.Add(LocalConnection.Resolve(resource, Configuration.GetConnectionString(resource.Name), data));
            }
        }

        return new DistributedApplication(
            new DistributedApplicationModel(Resources),
            ExecutionContext,
            options,
            new EngineSettings(product, data, session is not null, session?.IsDataTemporary ?? false)
            {
                ManifestPath = Path.GetFullPath(Path.Combine(AppHostDirectory, "..", "aspire-manifest.json")),
                DashboardToken = DashboardSetting("FRONTEND_BROWSERTOKEN"),
                Collector = CollectorSetting(),
                IsDashboardAnonymous = bool.TryParse(DashboardSetting("UNSECURED_ALLOW_ANONYMOUS"), out var isAnonymous) && isAnonymous,
            });
    }

    // Aspire's names for it, the present and the former.
    private string? DashboardSetting(string name) => Configuration[$"ASPIRE_DASHBOARD_{name}"] ?? Configuration[$"DOTNET_DASHBOARD_{name}"];

    // One for a single signal counts as well: the services would send it there with what is meant for the engine.
    private string? CollectorSetting() =>
        Signals.Select(signal => Configuration[$"OTEL_EXPORTER_OTLP_{signal}ENDPOINT"]).FirstOrDefault(address => !string.IsNullOrWhiteSpace(address));

    private sealed class HostEnvironment : IHostEnvironment
    {
        public required string EnvironmentName { get; set; }

        public required string ApplicationName { get; set; }

        public required string ContentRootPath { get; set; }

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}

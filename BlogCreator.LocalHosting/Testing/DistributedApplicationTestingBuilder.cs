using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using BlogCreator.LocalHosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>The app of an app host for a test: on random ports, with data that goes when the test goes.</summary>
public static class DistributedApplicationTestingBuilder
{
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class
    {
        var session = new TestSession(typeof(TEntryPoint).Assembly, args);
        return new TestingBuilder(await session.Capture(cancellationToken));
    }

    /// <summary>An app of the test's own, without an app host.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args)
    {
        var session = new TestSession(Assembly.GetCallingAssembly(), args);
        return new TestingBuilder(new DistributedApplicationBuilder(CommandLine.Parse(session.Args), session.AppHost, session));
    }

    private sealed class TestingBuilder(DistributedApplicationBuilder inner) : IDistributedApplicationTestingBuilder
    {
        private DistributedApplication? application;

        public ConfigurationManager Configuration => inner.Configuration;

        public IHostEnvironment Environment => inner.Environment;

        public string AppHostDirectory => inner.AppHostDirectory;

        public DistributedApplicationExecutionContext ExecutionContext => inner.ExecutionContext;

        public IResourceCollection Resources => inner.Resources;

        public IResourceBuilder<T> AddResource<T>(T resource)
            where T : IResource => inner.AddResource(resource);

        public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
            where T : IResource => inner.CreateResourceBuilder(resource);

        public DistributedApplication Build() => application ??= inner.BuildApplication();

        public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) => Task.FromResult(Build());

        public void Dispose() => application?.Dispose();

        public ValueTask DisposeAsync() => application?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}

public static class DistributedApplicationHostingTestingExtensions
{
    public static Uri GetEndpoint(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        var resource = Find(app, resourceName) as IResourceWithEndpoints
            ?? throw new ArgumentException($"'{resourceName}' has no endpoints.", nameof(resourceName));
        var endpoint = resource.GetEndpoints().FirstOrDefault(candidate =>
            endpointName is null ? candidate.Scheme is "http" or "https" : candidate.EndpointName == endpointName)
            ?? throw new ArgumentException($"'{resourceName}' has no endpoint '{endpointName ?? "http"}'.", nameof(endpointName));
        return new Uri(endpoint.Url);
    }

    public static HttpClient CreateHttpClient(this DistributedApplication app, string resourceName, string? endpointName = null) =>
        new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = app.GetEndpoint(resourceName, endpointName) };

    public static ValueTask<string?> GetConnectionStringAsync(
        this DistributedApplication app, string resourceName, CancellationToken cancellationToken = default) =>
        Find(app, resourceName) is IResourceWithConnectionString resource
            ? resource.GetConnectionStringAsync(cancellationToken)
            : throw new ArgumentException($"'{resourceName}' has no connection string.", nameof(resourceName));

    /// <summary>The process of a service, for a test that ends it from outside. Only this engine has it.</summary>
    public static int GetProcessId(this DistributedApplication app, string resourceName) => app.Engine.ProcessId(resourceName);

    /// <summary>Waits until a service is healthy in another process than that one.</summary>
    public static Task<ResourceEvent> WaitForRestartAsync(
        this DistributedApplication app, string resourceName, int oldProcessId, CancellationToken cancellationToken = default) =>
        app.ResourceNotifications.WaitForResourceAsync(
            resourceName, state => state.IsHealthy && state.ProcessId is { } id && id != oldProcessId, cancellationToken);

    private static IResource Find(DistributedApplication app, string resourceName) =>
        app.Engine.Resources.FirstOrDefault(resource => string.Equals(resource.Name, resourceName, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"There is no resource '{resourceName}'.", nameof(resourceName));
}

using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using BlogCreator.LocalHosting.Replicas;
using BlogCreator.LocalHosting.Telemetry;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

public static class ProjectResourceBuilderExtensions
{
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() => builder.AddProject(name, new TProject(), launchProfileName);

    /// <summary>For a test: a project that is no reference of the app host, with the assembly that it was built to.</summary>
    internal static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, string name, IProjectMetadata metadata, string? launchProfileName)
    {
        if (launchProfileName is not null)
        {
            throw new DistributedApplicationException(
                $"The Local engine reads no launch profiles: give '{name}' its endpoints and environment in the app host, and launchProfileName: null.");
        }

        return builder.AddResource(new ProjectResource(name))
            .WithAnnotation(metadata)
            .WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory")
            .WithEnvironment(context =>
            {
                if (context.ExecutionContext.IsRunMode)
                {
                    AddRunDefaults(builder, context);
                }
                else
                {
                    AddPublishDefaults(context);
                }
            });
    }

    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas) =>
        builder.WithAnnotation(new ReplicaAnnotation(replicas));

    private static void AddRunDefaults(IDistributedApplicationBuilder builder, EnvironmentCallbackContext context)
    {
        var variables = context.EnvironmentVariables;
        var urls = ((ProjectResource)context.Resource).GetEndpoints().Where(endpoint => endpoint.Scheme is "http").Select(endpoint => endpoint.Url).ToList();
        if (urls.Count > 0)
        {
            variables["ASPNETCORE_URLS"] = string.Join(';', urls);
        }

        // With its parts, so that they can be searched and filtered. A service that has no such formatter uses the simple one.
        variables["LOGGING__CONSOLE__FORMATTERNAME"] = "ecs";
        variables["OTEL_SERVICE_NAME"] = context.Resource is ReplicaResource replica ? replica.Service.Name : context.Resource.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Guid.CreateVersion7():N}";
        context.Resource.TryGetLastAnnotation<CollectorAnnotation>(out var own);
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 } collector)
        {
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector;
            foreach (var name in new[] { "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS" })
            {
                if (builder.Configuration[name] is { Length: > 0 } value)
                {
                    variables[name] = value;
                }
            }
        }
        else if (own is not null)
        {
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = own.Address;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
            variables["OTEL_EXPORTER_OTLP_HEADERS"] = own.Header;
        }
        else
        {
            return;
        }

        if (own is not null || builder.Environment.IsDevelopment())
        {
            // Whoever develops wants to see it now.
            foreach (var delay in new[] { "OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL" })
            {
                variables[delay] = 1000.ToString(CultureInfo.InvariantCulture);
            }

            if (own is not null)
            {
                // As fine as the dashboard keeps them: more often would cost the services and show nothing.
                variables["OTEL_METRIC_EXPORT_INTERVAL"] = MetricBook.Step.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
            }

            variables["OTEL_TRACES_SAMPLER"] = "always_on";
            variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        }
    }

    private static void AddPublishDefaults(EnvironmentCallbackContext context)
    {
        var endpoints = ((ProjectResource)context.Resource).GetEndpoints().ToList();
        if (endpoints.Count == 0)
        {
            return;
        }

        context.EnvironmentVariables["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
        foreach (var scheme in endpoints.Where(endpoint => endpoint.Scheme is "http" or "https").GroupBy(endpoint => endpoint.Scheme))
        {
            context.EnvironmentVariables[$"{scheme.Key.ToUpperInvariant()}_PORTS"] =
                ReferencePorts([.. scheme.Select(endpoint => endpoint.Property(EndpointProperty.TargetPort))]);
        }
    }

    private static ReferenceExpression ReferencePorts(IReadOnlyList<EndpointReferenceExpression> ports) =>
        ports.Skip(1).Aggregate(ReferenceExpression.Create($"{ports[0]}"), (all, next) => ReferenceExpression.Create($"{all};{next}"));
}

public static class ExecutableResourceBuilderExtensions
{
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args) =>
        builder.AddResource(new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory)))
            .WithArgs(args ?? []);
}

public static class ParameterResourceBuilderExtensions
{
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, fallback => Configured(builder, name, fallback), secret));

    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false)
    {
        if (publishValueAsDefault && secret)
        {
            throw new ArgumentException("A secret cannot be published as a default.", nameof(secret));
        }

        return builder.AddResource(new ParameterResource(name, _ => value, secret)
        {
            Default = publishValueAsDefault ? new ConstantParameterDefault(() => value) : null,
        });
    }

    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        builder.AddResource(new ParameterResource(name, _ => Configured(builder, name, value), secret) { Default = value });

    public static IResourceBuilder<ParameterResource> WithDescription(
        this IResourceBuilder<ParameterResource> builder, string description, bool enableMarkdown = false)
    {
        builder.Resource.Description = description;
        return builder;
    }

    internal static ParameterResource GeneratedPassword(IDistributedApplicationBuilder builder, string name, bool special = true)
    {
        var generated = new GenerateParameterDefault { MinLength = 22, Special = special };
        return new ParameterResource(name, fallback => Configured(builder, name, fallback), secret: true) { Default = generated };
    }

    // A shell cannot set a variable with a hyphen in its name, so that Parameters__site_name counts for site-name too.
    private static string Configured(IDistributedApplicationBuilder builder, string name, ParameterDefault? fallback) =>
        builder.Configuration[$"Parameters:{name}"]
        ?? builder.Configuration[$"Parameters:{name.Replace('-', '_')}"]
        ?? fallback?.GetDefaultValue()
        ?? throw new DistributedApplicationException(
            $"The parameter '{name}' has no value. Set the environment variable Parameters__{name.Replace('-', '_')}.");
}

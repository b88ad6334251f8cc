using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the app: a service, a server it needs, a value it is given.</summary>
public interface IResource
{
    string Name { get; }

    ResourceAnnotationCollection Annotations { get; }
}

public interface IResourceAnnotation;

public interface IResourceWithEnvironment : IResource;

public interface IResourceWithArgs : IResource;

public interface IResourceWithEndpoints : IResource;

public interface IResourceWithWaitSupport : IResource;

public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

public interface IResourceWithParent : IResource
{
    IResource Parent { get; }
}

public interface IResourceWithParent<out T> : IResourceWithParent
    where T : IResource
{
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}

public interface IResourceWithConnectionString : IResource, IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    ReferenceExpression ConnectionStringExpression { get; }

    string? ConnectionStringEnvironmentVariable => null;

    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

    IEnumerable<object> IValueWithReferences.References => [ConnectionStringExpression];

    IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() => [];

    /// <summary>In a run: what the engine resolved the resource to; null for one that is embedded in the services.</summary>
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        this.TryGetLastAnnotation<LocalConnectionAnnotation>(out var local)
            ? ValueTask.FromResult(local.ConnectionString)
            : ConnectionStringExpression.GetValueAsync(cancellationToken);

    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetConnectionStringAsync(cancellationToken);
}

public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

public interface IResourceCollection : IList<IResource>;

internal sealed class ResourceCollection : Collection<IResource>, IResourceCollection;

public abstract class Resource(string name) : IResource
{
    public virtual string Name { get; } = ResourceName.Checked(name);

    public virtual ResourceAnnotationCollection Annotations { get; } = [];

    public override string ToString() => Name;
}

public class ContainerResource(string name, string? entrypoint = null)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    public string? Entrypoint { get; set; } = entrypoint;
}

public class ExecutableResource(string name, string command, string workingDirectory)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport
{
    public string Command { get; } = command;

    public string WorkingDirectory { get; } = workingDirectory;
}

public class ProjectResource(string name)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport;

/// <summary>All resources, in the order in which the app host declared them.</summary>
public sealed class DistributedApplicationModel(IResourceCollection resources)
{
    public IResourceCollection Resources { get; } = resources;
}

public static class ResourceExtensions
{
    public static bool TryGetLastAnnotation<T>(this IResource resource, [NotNullWhen(true)] out T? annotation)
        where T : IResourceAnnotation
    {
        annotation = resource.Annotations.OfType<T>().LastOrDefault();
        return annotation is not null;
    }

    public static EndpointReference GetEndpoint(this IResourceWithEndpoints resource, string endpointName) => new(resource, endpointName);

    public static IEnumerable<EndpointReference> GetEndpoints(this IResourceWithEndpoints resource) =>
        resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => new EndpointReference(resource, endpoint.Name)).ToList();

    public static int GetReplicaCount(this IResource resource) =>
        resource.TryGetLastAnnotation<ReplicaAnnotation>(out var replicas) ? replicas.Replicas : 1;

    public static IProjectMetadata GetProjectMetadata(this ProjectResource project) =>
        project.Annotations.OfType<IProjectMetadata>().LastOrDefault()
        ?? throw new DistributedApplicationException($"The project resource '{project.Name}' has no project.");
}

internal static class ResourceName
{
    /// <summary>Aspire's rule, since names become host names: letters, digits and single hyphens, at most 64, a letter first.</summary>
    public static string Checked(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var valid = name.Length <= 64
            && char.IsAsciiLetter(name[0])
            && name[^1] != '-'
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            && !name.Contains("--", StringComparison.Ordinal);
        return valid
            ? name
            : throw new DistributedApplicationException(
                $"'{name}' is no name for a resource: use up to 64 letters, digits and single hyphens, starting with a letter.");
    }
}

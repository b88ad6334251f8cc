namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is known only once the app runs.</summary>
public interface IValueProvider
{
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}

/// <summary>The same value as a manifest names it.</summary>
public interface IManifestExpressionProvider
{
    string ValueExpression { get; }
}

public interface IValueWithReferences
{
    IEnumerable<object> References { get; }
}

public sealed class ConnectionStringReference(IResourceWithConnectionString resource, bool optional)
    : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    public IResourceWithConnectionString Resource { get; } = resource;

    public bool Optional { get; } = optional;

    public string ValueExpression => Resource.ValueExpression;

    public IEnumerable<object> References => [Resource];

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        Resource.GetConnectionStringAsync(cancellationToken);
}

public enum EndpointProperty
{
    Url,
    Host,
    Port,
    Scheme,
    TargetPort,
    HostAndPort,
    TlsEnabled,
}

public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName)
    : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    public IResourceWithEndpoints Resource { get; } = owner;

    public string EndpointName { get; } = endpointName;

    public EndpointAnnotation EndpointAnnotation =>
        Resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(endpoint => endpoint.Name == EndpointName)
        ?? throw new DistributedApplicationException($"The resource '{Resource.Name}' has no endpoint '{EndpointName}'.");

    public bool Exists => Resource.Annotations.OfType<EndpointAnnotation>().Any(endpoint => endpoint.Name == EndpointName);

    public bool IsAllocated => EndpointAnnotation.AllocatedEndpoint is not null;

    public string Scheme => EndpointAnnotation.UriScheme;

    public int? TargetPort => EndpointAnnotation.TargetPort;

    public string Host => Allocated.Address;

    public int Port => Allocated.Port;

    public string Url => Allocated.UriString;

    public string ValueExpression => Property(EndpointProperty.Url).ValueExpression;

    public IEnumerable<object> References => [Resource];

    private AllocatedEndpoint Allocated =>
        EndpointAnnotation.AllocatedEndpoint
        ?? throw new DistributedApplicationException($"The endpoint '{EndpointName}' of '{Resource.Name}' has no address before the app starts.");

    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(Url);
}

public sealed class EndpointReferenceExpression(EndpointReference endpoint, EndpointProperty property)
    : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    public EndpointReference Endpoint { get; } = endpoint;

    public EndpointProperty Property { get; } = property;

    public IEnumerable<object> References => [Endpoint];

    public string ValueExpression =>
        Property == EndpointProperty.HostAndPort
            ? $"{Named("host")}:{Named("port")}"
            : Named(Property switch
            {
                EndpointProperty.Url => "url",
                EndpointProperty.Host => "host",
                EndpointProperty.Port => "port",
                EndpointProperty.Scheme => "scheme",
                EndpointProperty.TargetPort => "targetPort",
                EndpointProperty.TlsEnabled => "tlsEnabled",
                _ => throw new InvalidOperationException($"No expression for {Property}."),
            });

    // The scheme and TLS are told by the model, so that a manifest can be written without a run.
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(Property switch
    {
        EndpointProperty.Url => Endpoint.Url,
        EndpointProperty.Host => Endpoint.Host,
        EndpointProperty.Port => Text(Endpoint.Port),
        EndpointProperty.Scheme => Endpoint.Scheme,
        EndpointProperty.TargetPort => Text(Endpoint.TargetPort ?? Endpoint.Port),
        EndpointProperty.HostAndPort => $"{Endpoint.Host}:{Text(Endpoint.Port)}",
        EndpointProperty.TlsEnabled => Endpoint.EndpointAnnotation.TlsEnabled ? bool.TrueString : bool.FalseString,
        _ => throw new InvalidOperationException($"No value for {Property}."),
    });

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private string Named(string property) => $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{property}}}";
}

using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting.Replicas;

/// <summary>One of several processes of a service: all that the app model says of the service, at an address of its own.</summary>
internal sealed class ReplicaResource : ProjectResource
{
    public ReplicaResource(ProjectResource service, int number, Ports ports)
        : base(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{service.Name}-{number}"))
    {
        Service = service;
        Number = number;
        foreach (var annotation in service.Annotations)
        {
            switch (annotation)
            {
                case EndpointAnnotation endpoint:
                    var own = new EndpointAnnotation(
                        endpoint.Protocol, endpoint.UriScheme, endpoint.Transport, endpoint.Name, endpoint.Port, endpoint.TargetPort, isExternal: false, endpoint.IsProxied);
                    own.AllocatedEndpoint = new AllocatedEndpoint(own, "localhost", ports.Take(Name));
                    Annotations.Add(own);
                    break;
                case HttpHealthCheckAnnotation check:
                    Annotations.Add(new HttpHealthCheckAnnotation(check.Key, new EndpointReference(this, check.Endpoint.EndpointName), check.Path, check.StatusCode));
                    break;
                case ReplicaAnnotation or ResourceUrlCallbackAnnotation:
                    break;
                default:
                    Annotations.Add(annotation);
                    break;
            }
        }
    }

    public ProjectResource Service { get; }

    public int Number { get; }
}

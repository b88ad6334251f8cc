using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting;

/// <summary>Gives every endpoint of a process its port, before anything starts.</summary>
internal static class Ports
{
    public static void Allocate(DistributedApplicationModel model, IReadOnlyDictionary<string, int> chosen, bool isRandom)
    {
        var processes = model.Resources.Where(resource => resource is ProjectResource or ExecutableResource).ToList();
        if (chosen.Keys.FirstOrDefault(name => !processes.Exists(resource => resource.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) is { } stranger)
        {
            throw new EngineError($"--port names no service: {stranger}.", $"There are {string.Join(", ", processes.Select(resource => resource.Name))}.");
        }

        var taken = new Dictionary<int, string>();
        foreach (var resource in processes)
        {
            // Only the first endpoint of a service can be moved by name.
            var own = chosen.TryGetValue(resource.Name, out var port) ? port : (int?)null;
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                var wanted = own ?? (isRandom ? null : endpoint.Port ?? endpoint.TargetPort);
                own = null;
                if (wanted is { } number && taken.TryGetValue(number, out var other))
                {
                    throw new EngineError($"{resource.Name} cannot start: {other} has port {number} already.", $"Give one of them another: --port {resource.Name}=PORT");
                }

                if (wanted is { } fixedPort && !IsFree(fixedPort))
                {
                    throw new EngineError(
                        $"{resource.Name} cannot start: port {fixedPort} is in use by another program.",
                        $"Stop that program, or choose another port: --port {resource.Name}={Free(taken)}");
                }

                var given = wanted ?? Free(taken);
                taken[given] = resource.Name;
                endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", given);
            }
        }
    }

    // Kestrel takes both loopback addresses for "localhost".
    private static bool IsFree(int port) =>
        CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    private static bool CanListen(IPAddress address, int port)
    {
        using var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;
        }
    }

    private static int Free(Dictionary<int, string> taken)
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (!taken.ContainsKey(port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port)))
            {
                return port;
            }
        }
    }
}

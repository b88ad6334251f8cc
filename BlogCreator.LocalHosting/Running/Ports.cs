using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting;

/// <summary>Gives every endpoint of a process its port, before anything starts.</summary>
internal sealed class Ports
{
    // Below those that systems give to connections: a port must still be there when its service starts again.
    private const int Lowest = 20_000;
    private const int Highest = 32_000;

    private readonly Dictionary<int, string> taken = [];

    public void Allocate(DistributedApplicationModel model, IReadOnlyDictionary<string, int> chosen, bool isRandom)
    {
        var processes = model.Resources.Where(resource => resource is ProjectResource or ExecutableResource).ToList();
        if (chosen.Keys.FirstOrDefault(name => !processes.Exists(resource => resource.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) is { } stranger)
        {
            throw new EngineError($"--port names no service: {stranger}.", $"There are {string.Join(", ", processes.Select(resource => resource.Name))}.");
        }

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
                        $"Stop that program, or choose another port: --port {resource.Name}={Free()}");
                }

                var given = wanted ?? Free();
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

    /// <summary>A free port, and the same as before where that is possible.</summary>
    public int Take(string resource, int? before = null)
    {
        var port = before is { } kept && !taken.ContainsKey(kept) && IsFree(kept) ? kept : Free();
        taken[port] = resource;
        return port;
    }

    private int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(Lowest, Highest);
            if (!taken.ContainsKey(port) && IsFree(port))
            {
                return port;
            }
        }
    }
}

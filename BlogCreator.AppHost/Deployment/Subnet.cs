using System.Net;
using System.Net.Sockets;

namespace BlogCreator.AppHost.Deployment;

/// <summary>An IPv4 network.</summary>
internal sealed record Subnet(IPNetwork Network)
{
    private static readonly Subnet[] Private = [Of("10.0.0.0/8"), Of("172.16.0.0/12"), Of("192.168.0.0/16")];

    public bool IsPrivate => Private.Any(network => network.Network.PrefixLength <= Network.PrefixLength && network.Overlaps(this));

    /// <summary>Null for what is none, and for an address within one: the framework would round it down without a word.</summary>
    public static Subnet? Parse(string text) =>
        IPNetwork.TryParse(text, out var network)
        && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork && network.ToString() == text
            ? new Subnet(network)
            : null;

    public bool Overlaps(Subnet other) => Network.Contains(other.Network.BaseAddress) || other.Network.Contains(Network.BaseAddress);

    public override string ToString() => Network.ToString();

    private static Subnet Of(string text) => new(IPNetwork.Parse(text));
}

using System.Net;
using System.Net.Sockets;

namespace BlogCreator.ServiceDefaults;

/// <summary>Whom a limit counts that knows nobody's name: an IPv4 address, or the /64 of an IPv6 address, all of which one household has.</summary>
public static class VisitorAddress
{
    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes) + "/64";
    }
}

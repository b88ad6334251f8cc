using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.ServiceDefaults;

/// <summary>Who asks, as far as a line of a log may say so.</summary>
internal static class RequestFacts
{
    public static Guid? PersonOf(HttpContext context) =>
        Guid.TryParse(context.User.FindFirst(ClaimTypes.NameIdentifier)?.Value, out var person) ? person : null;

    public static IPAddress? AddressOf(HttpContext context) =>
        context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : context.Connection.RemoteIpAddress;

    /// <summary>Whoever has one IPv6 address has its whole /64, and can come from another at each request.</summary>
    public static string NeighbourhoodOf(HttpContext context) => AddressOf(context) switch
    {
        null => "",
        { AddressFamily: AddressFamily.InterNetworkV6 } address => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        var address => address.ToString(),
    };
}

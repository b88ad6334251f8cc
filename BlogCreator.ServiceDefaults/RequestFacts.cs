using System.Net;
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
}

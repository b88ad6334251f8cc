using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// A request keeps the id that nginx gave it (<c>X-Request-ID</c>) in every service, so that its lines are found together.
/// Only a proxy that is trusted with the visitor's address is believed; anybody else could make theirs look like another's.
/// </summary>
public static class RequestIds
{
    public const string Header = "X-Request-ID";
    private const int Longest = 64;

    /// <summary>Before the forwarded headers, which replace the address of the proxy.</summary>
    internal static void UseRequestIds(this WebApplication app)
    {
        var trusted = app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value.KnownIPNetworks;
        app.Use((context, next) =>
        {
            if (context.Request.Headers[Header] is [{ Length: > 0 and <= Longest } id]
                && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or ':' or '_')
                && RequestFacts.AddressOf(context) is { } proxy
                && trusted.Any(network => network.Contains(proxy)))
            {
                context.TraceIdentifier = id;
            }

            return next(context);
        });
    }
}

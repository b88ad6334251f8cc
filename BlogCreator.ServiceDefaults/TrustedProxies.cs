using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// Believes <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> only from this machine and the networks in
/// <c>ForwardedHeaders__TrustedNetworks</c>, and only the last entry, which that peer wrote itself.
/// </summary>
internal static class TrustedProxies
{
    private static readonly string[] ThisMachine = ["127.0.0.0/8", "::1/128"];

    public static void AddTrustedProxies(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<TrustedProxiesOptions>()
            .BindConfiguration("ForwardedHeaders")
            .Validate(
                options => options.Entries.All(entry => System.Net.IPNetwork.TryParse(entry, out _)),
                "ForwardedHeaders__TrustedNetworks is not a list of networks: write them like \"10.0.0.0/8, fd00::/8\".")
            .ValidateOnStart();
        builder.Services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<TrustedProxiesOptions>>((forwarded, trusted) =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.ForwardLimit = 1;
            // Named, because a setting of the framework (ASPNETCORE_FORWARDEDHEADERS_ENABLED) empties the lists, and empty
            // lists trust everybody.
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var entry in trusted.Value.Entries.Concat(ThisMachine))
            {
                forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(entry));
            }
        });
    }

    private sealed class TrustedProxiesOptions
    {
        public string? TrustedNetworks { get; init; }

        public string[] Entries =>
            (TrustedNetworks ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}

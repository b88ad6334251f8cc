using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// <c>dotnet BlogCreator.Api.dll healthcheck</c>: asks the service in the same container whether it lives, since its image
/// has no curl. It exits with 0 when it does, else with 1 and the reason on standard error.
/// </summary>
public static class HealthcheckCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The exit code, or null when the arguments ask for something else. Call it before the builder is made.</summary>
    public static async Task<int?> Run(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args is not ["healthcheck", ..])
        {
            return null;
        }

        var configuration = new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_").AddCommandLine(args[1..]).Build();
        var address = Address(configuration);
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = Patience };
        using var http = new HttpClient(handler) { Timeout = Patience };
        try
        {
            using var answer = await http.GetAsync(address);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return 0;
            }

            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{address} answered {(int)answer.StatusCode}."));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"{address} did not answer: {e.Message}");
        }

        return 1;
    }

    private static Uri Address(IConfiguration configuration)
    {
        var urls = Split(configuration["urls"]).Concat(Split(configuration["http_ports"]).Select(port => $"http://*:{port}"));
        var url = urls.FirstOrDefault(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) ?? "http://*:8080";
        var binding = BindingAddress.Parse(url);
        var anyAddress = binding.Host is "*" or "+" or "0.0.0.0" or "[::]";
        return new UriBuilder("http", anyAddress ? "localhost" : binding.Host, binding.Port, "/health/live").Uri;
    }

    private static string[] Split(string? list) =>
        (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

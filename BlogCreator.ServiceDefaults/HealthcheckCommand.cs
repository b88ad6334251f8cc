using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// <c>dotnet BlogCreator.Api.dll healthcheck</c>: asks the service in the same container whether it lives, since its image
/// has no curl. <c>healthcheck ready</c> asks whether it can serve requests, which is for whoever sends it some and not for
/// whoever restarts it. It exits with 0 when the answer is yes, else with 1 and the reason on standard error.
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

        var (path, options) = args[1..] switch
        {
            ["ready", .. var rest] => ("/health/ready", rest),
            ["live", .. var rest] => ("/health/live", rest),
            var rest => ("/health/live", rest),
        };
        if (options is [var word, ..] && !word.StartsWith('-'))
        {
            // Passed over, a slip of the pen would ask the wrong question for as long as the container lives.
            await Console.Error.WriteLineAsync($"healthcheck does not know \"{word}\": write \"healthcheck\", \"healthcheck live\" or \"healthcheck ready\".");
            return 1;
        }

        var configuration = new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_").AddCommandLine(options).Build();
        var address = Address(configuration, path);
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

    private static Uri Address(IConfiguration configuration, string path)
    {
        var urls = Split(configuration["urls"]).Concat(Split(configuration["http_ports"]).Select(port => $"http://*:{port}"));
        var url = urls.FirstOrDefault(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) ?? "http://*:8080";
        var binding = BindingAddress.Parse(url);
        var anyAddress = binding.Host is "*" or "+" or "0.0.0.0" or "[::]";
        return new UriBuilder("http", anyAddress ? "localhost" : binding.Host, binding.Port, path).Uri;
    }

    private static string[] Split(string? list) =>
        (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

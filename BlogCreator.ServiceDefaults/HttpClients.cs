using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Mime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Timeout;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// Every client of <see cref="IHttpClientFactory"/> finds services by name and survives a short failure, but never repeats
/// what could have had an effect, nor a stream, which its reader resumes where it stopped.
/// </summary>
internal static class HttpClients
{
    public static void AddHttpClients(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<HttpClientsOptions>()
            .BindConfiguration("HttpClients")
            .ValidateDataAnnotations()
            .Validate(
                options => options.TotalSeconds >= options.AttemptSeconds,
                "HttpClients__TotalSeconds is less than HttpClients__AttemptSeconds: one attempt must fit into the whole.")
            .ValidateOnStart();
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddServiceDiscovery();
            http.AddStandardResilienceHandler().Configure((resilience, services) =>
                Apply(services.GetRequiredService<IOptions<HttpClientsOptions>>().Value, resilience));
        });
    }

    private static void Apply(HttpClientsOptions settings, HttpStandardResilienceOptions resilience)
    {
        resilience.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(settings.TotalSeconds);
        resilience.AttemptTimeout.Timeout = TimeSpan.FromSeconds(settings.AttemptSeconds);
        // The breaker asks to see at least two attempts.
        resilience.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(Math.Max(30, 2 * settings.AttemptSeconds));
        resilience.Retry.MaxRetryAttempts = Math.Max(1, settings.Retries);
        resilience.Retry.DisableForUnsafeHttpMethods();
        // Whoever asks too often is told to wait: asking again would make it worse, and a page must not wait for them. Nor
        // does one such caller make the service they ask a broken one, which it would be for everybody.
        // Half of the attempts, not the tenth that is usual: there is one other service, and without it there is no page.
        resilience.CircuitBreaker.FailureRatio = 0.5;
        var broken = resilience.CircuitBreaker.ShouldHandle;
        resilience.CircuitBreaker.ShouldHandle = attempt => IsTooMany(attempt.Outcome.Result) ? ValueTask.FromResult(false) : broken(attempt);
        // Nor is one that answers too slowly asked once more: it would have twice the work, and nobody waits any longer.
        var worthwhile = resilience.Retry.ShouldHandle;
        resilience.Retry.ShouldHandle = attempt => settings.Retries == 0 || attempt.Outcome.Exception is TimeoutRejectedException || IsTooMany(attempt.Outcome.Result) || AsksForStream(attempt.Context.GetRequestMessage())
            ? ValueTask.FromResult(false)
            : worthwhile(attempt);
    }

    private static bool IsTooMany(HttpResponseMessage? answer) => answer?.StatusCode == HttpStatusCode.TooManyRequests;

    private static bool AsksForStream(HttpRequestMessage? request) =>
        request?.Headers.Accept.Any(accept => accept.MediaType == MediaTypeNames.Text.EventStream) == true;

    private sealed class HttpClientsOptions
    {
        [Range(0, 10, ErrorMessage = "HttpClients__Retries must be a number from 0 to 10.")]
        public int Retries { get; init; } = 3;

        [Range(1, 600, ErrorMessage = "HttpClients__AttemptSeconds must be a number of seconds from 1 to 600.")]
        public double AttemptSeconds { get; init; } = 10;

        [Range(1, 3600, ErrorMessage = "HttpClients__TotalSeconds must be a number of seconds from 1 to 3600.")]
        public double TotalSeconds { get; init; } = 30;
    }
}

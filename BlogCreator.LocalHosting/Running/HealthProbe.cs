using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting;

/// <summary>Asks a service how it is.</summary>
internal sealed class HealthProbe : IDisposable
{
    // A proxy of the machine has no say in what happens on it.
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    /// <summary>Null when all checks of the service pass, else what did not, in words.</summary>
    public async Task<string?> Complaint(IResource resource, CancellationToken cancel)
    {
        foreach (var check in resource.Annotations.OfType<HttpHealthCheckAnnotation>())
        {
            var address = $"{check.Endpoint.Url}{check.Path}";
            try
            {
                using var response = await client.GetAsync(new Uri(address), HttpCompletionOption.ResponseHeadersRead, cancel);
                if ((int)response.StatusCode != check.StatusCode)
                {
                    return string.Create(CultureInfo.InvariantCulture, $"{address} answered {(int)response.StatusCode}");
                }
            }
            catch (HttpRequestException)
            {
                return $"{address} does not answer";
            }
            catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
            {
                return $"{address} took longer than {client.Timeout.TotalSeconds:0} s";
            }
        }

        return null;
    }

    public void Dispose() => client.Dispose();
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// Answers that stay open for as long as somebody looks at them. The server waits for requests to end before it stops, and
/// these would not; whoever reads them comes back and resumes where it stopped.
/// </summary>
internal static class Streams
{
    public static bool IsStream(HttpResponse response) =>
        response.StatusCode == StatusCodes.Status101SwitchingProtocols ||
        response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;

    public static void UseEndOfStreams(this WebApplication app)
    {
        var draining = app.Services.GetRequiredService<Draining>();
        app.Use(async (context, next) =>
        {
            await using var end = draining.Over.Register(() =>
            {
                if (IsStream(context.Response))
                {
                    context.Abort();
                }
            });
            await next(context);
        });
    }
}

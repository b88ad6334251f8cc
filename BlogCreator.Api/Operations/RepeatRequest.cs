using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore.Storage;

namespace BlogCreator.Api.Operations;

/// <summary>
/// Runs a request's operation again from its beginning when its transaction broke off: because the connection did, because two
/// stood in each other's way, or because somebody else was faster, whom it sees at the second look. Nothing of the first run
/// is stored. The operations themselves are written as if this did not happen.
/// </summary>
internal static class RepeatRequest
{
    private const int FirstPause = 20;
    private const int LongestPause = 400;
    private static readonly TimeSpan LongestInAll = TimeSpan.FromSeconds(4);

    public static async ValueTask<object?> Filter(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var clock = http.RequestServices.GetRequiredService<TimeProvider>();
        var began = clock.GetTimestamp();
        for (var run = 1; ; run++)
        {
            try
            {
                return await next(context);
            }
            catch (Exception failure) when (clock.GetElapsedTime(began) < LongestInAll && CanBeRepeated(http, failure))
            {
                http.RequestServices.GetRequiredService<BlogDb>().ChangeTracker.Clear();
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(LongestPause, FirstPause * Math.Pow(2, run - 1))), clock, http.RequestAborted);
            }
        }
    }

    private static bool CanBeRepeated(HttpContext http, Exception failure) =>
        // A file that streams in is there once. A statement that stands alone was said again often enough already.
        !http.Request.HasFormContentType && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested
            && (failure.IsCollision() || (failure.IsPassing() && failure is not RetryLimitExceededException));
}

namespace BlogCreator.Api.Platform;

/// <summary>An answer to somebody who is signed in is theirs alone: no cache keeps it, neither a proxy's nor the browser's.</summary>
public static class NeverStored
{
    public static IApplicationBuilder UseNeverStored(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.User.Identity is { IsAuthenticated: true })
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.CacheControl = "no-store";
                return Task.CompletedTask;
            });
        }

        return next(context);
    });
}

using System.Collections.Concurrent;
using System.Text;
using BlogCreator.ServiceDefaults;
using BlogCreator.Web.Shell;

namespace BlogCreator.Web.Public;

/// <summary>
/// Of many who ask for the same page that is not kept yet, one has it made and the others wait for it. When the one goes
/// away or fails, the next has it made; nobody waits for long.
/// </summary>
internal sealed class MakeOnce(PageMemory memory, ContentVersion version, IHostEnvironment environment)
{
    private const int Turns = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _session = SharedSignIn.CookieName(environment);
    private readonly ConcurrentDictionary<string, Task> _making = new(StringComparer.Ordinal);

    public async Task Serve(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method)
            || context.GetEndpoint()?.Metadata.GetMetadata<PublicPageAttribute>() is not { } page
            || PageMemory.IsSignedIn(request, _session))
        {
            await next(context);
            return;
        }

        var key = KeyOf(request, page);
        for (var turn = 0; turn < Turns; turn++)
        {
            var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var making = _making.GetOrAdd(key, own.Task);
            if (making == own.Task)
            {
                try
                {
                    await next(context);
                }
                finally
                {
                    _making.TryRemove(key, out _);
                    own.SetResult();
                }

                return;
            }

            await making.WaitAsync(Patience, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var missed = false;
            await memory.Serve(context, _ =>
            {
                missed = true;
                return Task.CompletedTask;
            });
            if (!missed)
            {
                return;
            }
        }

        await next(context);
    }

    /// <summary>Whatever the page depends on; one key too many only means one page made twice.</summary>
    private string KeyOf(HttpRequest request, PublicPageAttribute page)
    {
        var key = new StringBuilder(version.Stamp)
            .Append('\n').Append(request.Scheme)
            .Append('\n').Append(request.Host.Value)
            .Append('\n').Append(request.Path.Value)
            .Append('\n').Append(PageEncoding.Of(request));
        foreach (var parameter in page.Parameters)
        {
            key.Append('\n').Append(request.Query[parameter].ToString());
        }

        return key.ToString();
    }
}

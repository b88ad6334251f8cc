using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>
/// What a page that stays open is told. Nothing is queued for a reader: each asks for what came after the line it has, as
/// fast as it can take it.
/// </summary>
internal static class DashboardStreams
{
    private const int LinesAtOnce = 500;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Newsworthy = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    public static async Task State(HttpContext context, Func<Outlook> look, Func<Task> news, CancellationToken cancel)
    {
        Begin(context);
        string? last = null;
        while (!cancel.IsCancellationRequested)
        {
            var next = news();
            var state = JsonSerializer.Serialize(look(), Json);
            await Send(context, state == last ? ":\n\n" : $"event: state\ndata: {state}\n\n", cancel);
            last = state;
            await Task.WhenAny(next, Task.Delay(Heartbeat, cancel));
            await Task.Delay(Gathering, cancel);
        }
    }

    /// <param name="run">Numbers of lines mean nothing to another run of the engine.</param>
    public static async Task Lines(HttpContext context, LogBook logs, LogQuery query, string run, CancellationToken cancel)
    {
        Begin(context);
        var last = After(context.Request, run);
        if (last is null)
        {
            var first = logs.Latest(query, LogsPage.FirstLines);
            await Send(context, Event("reset", run, first), cancel);
            last = first.Last;
        }

        while (!cancel.IsCancellationRequested)
        {
            var next = logs.News;
            var page = logs.After(last.Value, query, LinesAtOnce);
            last = page.Last;
            if (page.Entries.Count > 0 || page.HasGap)
            {
                await Send(context, (page.HasGap ? "event: gap\ndata: {}\n\n" : "") + Event("lines", run, page), cancel);
            }

            if (!page.IsMore)
            {
                if (await Task.WhenAny(next, Task.Delay(Heartbeat * 5, cancel)) != next)
                {
                    await Send(context, ":\n\n", cancel);
                }

                await Task.Delay(Gathering, cancel);
            }
        }
    }

    /// <summary>Tells that there is something new, at most once a second; what it is, the page asks for itself.</summary>
    public static async Task News(HttpContext context, Func<long> version, CancellationToken cancel)
    {
        Begin(context);
        long? last = null;
        for (var silent = TimeSpan.Zero; !cancel.IsCancellationRequested; silent += Newsworthy)
        {
            if (version() is var now && now != last)
            {
                await Send(context, "event: news\ndata: {}\n\n", cancel);
                (last, silent) = (now, TimeSpan.Zero);
            }
            else if (silent >= Heartbeat * 5)
            {
                await Send(context, ":\n\n", cancel);
                silent = TimeSpan.Zero;
            }

            await Task.Delay(Newsworthy, cancel);
        }
    }

    private static long? After(HttpRequest request, string run)
    {
        var id = request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : request.Query["after"].ToString();
        return id.Split('-') is [var known, var number] && known == run && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            ? last
            : null;
    }

    private static string Event(string name, string run, LogPage page) =>
        string.Create(CultureInfo.InvariantCulture, $"id: {run}-{page.Last}\nevent: {name}\ndata: {JsonSerializer.Serialize(page.Entries.Select(LogsPage.Json), Json)}\n\n");

    private static void Begin(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
    }

    private static async Task Send(HttpContext context, string text, CancellationToken cancel)
    {
        await context.Response.WriteAsync(text, cancel);
        await context.Response.Body.FlushAsync(cancel);
    }
}

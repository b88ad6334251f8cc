using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>The logs of all services together or of one. The first lines come with the page; a script adds what comes later.</summary>
internal static class LogsPage
{
    public const int FirstLines = 300;

    public static readonly (string Value, string Text)[] Levels =
        [("trace", "everything"), ("debug", "debug and above"), ("info", "information and above"), ("warn", "warnings and errors"), ("error", "errors")];

    public static LogQuery Query(HttpRequest request) => new(
        request.Query["resource"].ToString() is { Length: > 0 } resource ? resource : null,
        LogEntry.SeverityOf(request.Query["level"].ToString()) ?? LogSeverity.Trace,
        request.Query["q"].ToString().Trim());

    public static Html Content(IEnumerable<string> services, LogQuery query, LogPage page, string run) =>
        Html.Of($"""<h1 class="unseen">Logs</h1>{Panel([.. services], query, page, run)}""");

    /// <param name="services">To choose among; none where the panel belongs to one.</param>
    public static Html Panel(IReadOnlyList<string> services, LogQuery query, LogPage page, string run) => Html.Of($"""
        <div class="log" data-log="{run}" data-last="{page.Last}">
        <form class="tools" method="get" role="search" aria-label="Logs">
          {(services.Count > 0 ? Html.Of($"""<label>Service <select name="resource"><option value="">all</option>{services.Select(name => Option(name, name, name == query.Resource))}</select></label>""") : Html.Of($"""<input type="hidden" name="resource" value="{query.Resource}">"""))}
          <label>Level <select name="level">{Levels.Select(level => Option(level.Value, level.Text, level.Value == LogEntry.Name(query.Least)))}</select></label>
          <label class="grows">Search <input type="search" name="q" value="{query.Words}" data-search autocomplete="off" spellcheck="false"></label>
          <button data-submit>Show</button>
          <span class="live" hidden>
            <button type="button" data-pause aria-pressed="false">Pause</button>
            <button type="button" data-follow aria-pressed="true">Follow</button>
            <button type="button" data-view aria-pressed="false">Fields</button>
            <button type="button" data-clear>Clear</button>
            <button type="button" data-copy>Copy</button>
          </span>
          <a href="/logs/download?{Search(query)}" data-download download>Download</a>
        </form>
        <p class="soft" data-note role="status">{Note(page)}</p>
        <div class="lines" tabindex="0" role="region" aria-label="Lines of the log"><ol>{page.Entries.Select(Line)}</ol></div>
        <dialog class="entry" aria-label="One line of the log"><dl class="facts"></dl><form method="dialog"><button>Close</button></form></dialog>
        </div>
        """);

    public static object Json(LogEntry entry) => new
    {
        Number = entry.Number,
        Time = Time(entry),
        entry.Resource,
        Level = LogEntry.Name(entry.Severity),
        entry.Category,
        entry.Message,
        Exception = entry.Exception.Length > 0 ? entry.Exception : null,
        TraceId = entry.TraceId.Length > 0 ? entry.TraceId : null,
        Fields = entry.Fields.Count > 0 ? entry.Fields.Select(field => new[] { field.Key, field.Value }) : null,
    };

    private static Html Line(LogEntry entry) => Html.Of(
        $"""<li data-level="{LogEntry.Name(entry.Severity)}" data-number="{entry.Number}"><time>{Time(entry)}</time> <b>{entry.Resource}</b> <i>{LogEntry.Name(entry.Severity)}</i> <span>{entry.Message}{(entry.Exception.Length > 0 ? $"\n{entry.Exception}" : "")}</span></li>""");

    private static Html Option(string value, string text, bool isChosen) =>
        Html.Of($"""<option value="{value}"{(isChosen ? new Html(" selected") : Html.None)}>{text}</option>""");

    private static string Note(LogPage page) => page.Entries.Count switch
    {
        0 => "No line fits. What a service says will be here.",
        FirstLines => $"The last {FirstLines} lines that fit.",
        1 => "1 line.",
        var count => $"{count} lines.",
    };

    private static string Search(LogQuery query) => string.Create(
        CultureInfo.InvariantCulture,
        $"resource={Uri.EscapeDataString(query.Resource ?? "")}&level={LogEntry.Name(query.Least)}&q={Uri.EscapeDataString(query.Words)}");

    private static string Time(LogEntry entry) => entry.Time.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
}

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>What all pages have around their content.</summary>
internal static class Layout
{
    public static Html Page(string product, string title, string active, Outlook? outlook, Html content) => Html.Of($"""
        <!doctype html>
        <html lang="en" data-run="{outlook?.Run}">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>{title} · {product} dashboard</title>
          <link rel="icon" href="/assets/dashboard.svg" type="image/svg+xml">
          <link rel="stylesheet" href="/assets/dashboard.css">
          {(outlook is null ? Html.None : new Html("""<script type="module" src="/assets/dashboard.js"></script>"""))}
        </head>
        <body>
          <a class="skip" href="#main">Skip to the content</a>
          <header class="top">
            <a class="brand" href="/">{product} <span>dashboard</span></a>
            {(outlook is null ? Html.None : Menu(active))}
          </header>
          {(outlook is null ? Html.None : Html.Of($"""<p id="outlook" class="outlook" role="status" data-tone="{outlook.Tone}">{outlook.Words}</p>"""))}
          <main id="main" tabindex="-1">
        {content}
          </main>
          {(outlook is null ? Html.None : Help)}
        </body>
        </html>
        """);

    /// <summary>A button that does something to a service, and works without script.</summary>
    public static Html Action(string service, string verb, string token, bool isPossible) => Html.Of($"""
        <form method="post" action="/resources/{service}/{verb.ToLowerInvariant()}" data-action="{verb.ToLowerInvariant()}"{(isPossible ? Html.None : new Html(" hidden"))}><input type="hidden" name="token" value="{token}"><button>{verb}<span class="unseen"> {service}</span></button></form>
        """);

    /// <summary>A value, or its mask with a button.</summary>
    public static Html Value(string of, string name, string shown, bool isHidden, string token) => isHidden
        ? Html.Of($"""
            <code data-value>{shown}</code> <form method="post" action="/reveal" data-reveal><input type="hidden" name="token" value="{token}"><input type="hidden" name="of" value="{of}"><input type="hidden" name="name" value="{name}"><button>Show<span class="unseen"> {name}</span></button></form>
            """)
        : Html.Of($"<code>{shown}</code>");

    private static Html Menu(string active) => Html.Of($"""
        <nav aria-label="Pages">{Link("/", "Overview", active)}{Link("/logs", "Logs", active)}{Link("/structured", "Structured logs", active)}{Link("/traces", "Traces", active)}{Link("/metrics", "Metrics", active)}{Link("/settings", "Settings", active)}<button type="button" id="show-help" hidden aria-label="Keys">?</button></nav>
        """);

    private static Html Link(string address, string text, string active) => Html.Of(
        $"""<a href="{address}"{(text == active ? new Html(" aria-current=\"page\"") : Html.None)}>{text}</a>""");

    private static Html Help => new("""
        <dialog id="help" aria-labelledby="help-title">
            <h2 id="help-title">Keys</h2>
            <dl class="facts">
              <div><dt><kbd>/</kbd></dt><dd>search the page, or the logs</dd></div>
              <div><dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next and previous row</dd></div>
              <div><dt><kbd>o</kbd> <kbd>l</kbd> <kbd>e</kbd></dt><dd>overview, logs, structured logs</dd></div>
              <div><dt><kbd>t</kbd> <kbd>m</kbd> <kbd>s</kbd></dt><dd>traces, metrics, settings</dd></div>
              <div><dt><kbd>p</kbd></dt><dd>pause what moves, or go on</dd></div>
              <div><dt><kbd>f</kbd></dt><dd>follow the newest line</dd></div>
              <div><dt><kbd>Esc</kbd></dt><dd>out of a field</dd></div>
              <div><dt><kbd>?</kbd></dt><dd>this</dd></div>
            </dl>
            <form method="dialog"><button>Close</button></form>
          </dialog>
        """);
}

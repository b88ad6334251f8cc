using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BlogCreator.ServiceDefaults.Errors;

namespace BlogCreator.Web.Monitoring;

/// <summary>
/// An envelope as a browser sent it. Nothing of it goes on as it is: what does is put together anew from the parts that are
/// named here, each of a form that leaves no room for what a page says or a person typed.
/// </summary>
internal sealed partial class BrowserReport
{
    private const int MostItems = 4;
    private const int MostFrames = 50;

    // What a reader or an author may be looking at, apart from which one.
    private static readonly HashSet<string> Places = new(StringComparer.Ordinal)
    {
        "account", "archive", "authors", "documents", "edit", "evidence", "generations", "keys", "library", "operations", "outline", "posts", "search", "setup", "sign-in", "site", "studio", "tags", "versions", "write", "writers",
    };

    private static readonly HashSet<string> Measures = new(StringComparer.Ordinal) { "ttfb", "fcp", "lcp" };

    private readonly List<(string Type, JsonObject Body)> _items = [];

    public string? Dsn { get; private init; }

    /// <summary>Null for what is no envelope: a line of JSON, then pairs of a line of JSON and what it describes.</summary>
    public static BrowserReport? Parse(byte[] bytes)
    {
        try
        {
            var at = 0;
            if (Object(Line(bytes, ref at)) is not { } head)
            {
                return null;
            }

            var report = new BrowserReport { Dsn = Text(head["dsn"]) };
            while (at < bytes.Length && report._items.Count < MostItems)
            {
                var line = Line(bytes, ref at);
                if (line.Length == 0)
                {
                    continue;
                }

                if (Object(line) is not { } about || Text(about["type"]) is not { } type)
                {
                    return null;
                }

                byte[] body;
                if (about["length"] is JsonValue said && said.TryGetValue<int>(out var length))
                {
                    if (length < 0 || length > bytes.Length - at)
                    {
                        return null;
                    }

                    body = bytes[at..(at + length)];
                    at += length + 1;
                }
                else
                {
                    body = Line(bytes, ref at);
                }

                if (type is "event" or "transaction" && Object(body) is { } item)
                {
                    report._items.Add((type, item));
                }
            }

            return report;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // The second is of text that is none, such as half a pair of surrogates, and comes when it is looked at.
            return null;
        }
    }

    /// <summary>An envelope for each report that is worth one; null where a part of one is text that is none.</summary>
    public IReadOnlyList<byte[]>? Clean(SentryProject project, string site, string browser)
    {
        try
        {
            return [.. Rebuild(project, site, browser)];
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private IEnumerable<byte[]> Rebuild(SentryProject project, string site, string browser)
    {
        foreach (var (type, said) in _items)
        {
            var id = Text(said["event_id"]) is { } given && Id().IsMatch(given) ? given : Guid.NewGuid().ToString("n");
            var place = Place(Text((said["request"] as JsonObject)?["url"]));
            var item = new JsonObject
            {
                ["event_id"] = id,
                ["type"] = type == "transaction" ? type : null,
                ["platform"] = "javascript",
                ["timestamp"] = Number(said["timestamp"]),
                ["release"] = project.Release,
                ["environment"] = project.Environment,
                ["transaction"] = place,
                ["transaction_info"] = new JsonObject { ["source"] = "route" },
                ["request"] = new JsonObject { ["url"] = site + place, ["headers"] = new JsonObject { ["User-Agent"] = browser.Length > 300 ? browser[..300] : browser } },
                ["contexts"] = new JsonObject { ["trace"] = Trace(said) },
                ["tags"] = new JsonObject { ["side"] = "browser" },
            };
            if (type == "event")
            {
                item.Remove("type");
                item["level"] = "error";
                item["exception"] = new JsonObject { ["values"] = Exceptions(said, site) };
            }
            else
            {
                item["start_timestamp"] = Number(said["start_timestamp"]);
                item["measurements"] = Measurements(said);
                item["spans"] = new JsonArray();
            }

            var body = Encoding.UTF8.GetBytes(item.ToJsonString());
            var head = string.Create(CultureInfo.InvariantCulture, $"{{\"event_id\":\"{id}\"}}\n{{\"type\":\"{type}\",\"length\":{body.Length}}}\n");
            yield return [.. Encoding.UTF8.GetBytes(head), .. body, (byte)'\n'];
        }
    }

    private static JsonArray Exceptions(JsonObject said, string site)
    {
        var cleaned = new JsonArray();
        foreach (var one in ((said["exception"] as JsonObject)?["values"] as JsonArray ?? []).OfType<JsonObject>().Take(5))
        {
            var frames = new JsonArray();
            foreach (var frame in ((one["stacktrace"] as JsonObject)?["frames"] as JsonArray ?? []).OfType<JsonObject>().TakeLast(MostFrames))
            {
                frames.Add(new JsonObject
                {
                    ["filename"] = Script(Text(frame["filename"]), site),
                    ["function"] = Text(frame["function"]) is { } function && Name().IsMatch(function) ? function : "?",
                    ["lineno"] = Number(frame["lineno"]),
                    ["colno"] = Number(frame["colno"]),
                    ["in_app"] = true,
                });
            }

            cleaned.Add(new JsonObject
            {
                ["type"] = Text(one["type"]) is { } type && Name().IsMatch(type) ? type : "Error",
                ["value"] = Text(one["value"]) is { } value ? CleanText.Of(value) : null,
                ["mechanism"] = new JsonObject { ["type"] = "generic", ["handled"] = false },
                ["stacktrace"] = new JsonObject { ["frames"] = frames },
            });
        }

        return cleaned;
    }

    private static JsonObject Trace(JsonObject said)
    {
        var trace = (said["contexts"] as JsonObject)?["trace"] as JsonObject;
        return new JsonObject
        {
            ["trace_id"] = Text(trace?["trace_id"]) is { } id && Id().IsMatch(id) ? id : Guid.NewGuid().ToString("n"),
            ["span_id"] = Text(trace?["span_id"]) is { } span && SpanId().IsMatch(span) ? span : Guid.NewGuid().ToString("n")[..16],
            ["op"] = "pageload",
            ["status"] = "ok",
        };
    }

    private static JsonObject Measurements(JsonObject said)
    {
        var kept = new JsonObject();
        foreach (var (name, value) in said["measurements"] as JsonObject ?? [])
        {
            if (Measures.Contains(name) && Number((value as JsonObject)?["value"]) is { } number)
            {
                kept[name] = new JsonObject { ["value"] = number, ["unit"] = "millisecond" };
            }
        }

        return kept;
    }

    /// <summary>An address such as /studio/posts/*/edit: which post it was, and what was asked for, is left out.</summary>
    public static string Place(string? address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
        {
            return "/";
        }

        return "/" + string.Join('/', uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Take(6).Select(part => Places.Contains(part) ? part : "*"));
    }

    /// <summary>Only scripts of ours have a name; a page is no script, and its address may be telling.</summary>
    private static string Script(string? file, string site) =>
        file is not null && Uri.TryCreate(file, UriKind.Absolute, out var uri) && string.Equals(uri.GetLeftPart(UriPartial.Authority), site, StringComparison.OrdinalIgnoreCase) && ScriptPath().IsMatch(uri.AbsolutePath)
            ? "app://" + uri.AbsolutePath
            : "<anonymous>";

    private static byte[] Line(byte[] bytes, ref int at)
    {
        // Past the last line, which need not end as one.
        var rest = bytes.AsSpan(Math.Min(at, bytes.Length));
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        at += line.Length + 1;
        return line.ToArray();
    }

    private static JsonObject? Object(byte[] json) => JsonNode.Parse(json, documentOptions: new() { MaxDepth = 32, AllowDuplicateProperties = false }) as JsonObject;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static JsonValue? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) && double.IsFinite(number) ? JsonValue.Create(number) : null;

    [GeneratedRegex(@"^[0-9a-f]{32}\z", RegexOptions.None, 200)]
    private static partial Regex Id();

    [GeneratedRegex(@"^[0-9a-f]{16}\z", RegexOptions.None, 200)]
    private static partial Regex SpanId();

    [GeneratedRegex(@"^[\w$.<>\[\]]{1,80}( [\w$.<>\[\]]{1,80}){0,2}$", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex Name();

    [GeneratedRegex(@"^/(js|_framework)/[\w./-]{1,120}\.js$", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex ScriptPath();
}

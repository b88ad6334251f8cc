using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BlogCreator.Tests.Writing;

/// <summary>
/// A server on loopback that speaks the two protocols of language models, OpenAI's chat completions and Anthropic's messages,
/// streamed and whole. No model can be had where these tests run, so this is the one stand-in among them: it reads the passages
/// in the prompt and composes its answer from them. How it behaves is chosen by the name of the model.
/// </summary>
public sealed partial class ModelStub : IAsyncDisposable
{
    /// <summary>Every name of a model that means something here.</summary>
    public static readonly IReadOnlyList<string> Behaviours =
    [
        "good", "paraphrase", "wrong-number", "stubborn", "busy", "always-busy", "broken", "refused", "nonsense", "silent", "cut-off", "reasoning", "obedient", "unknown-ids", "endless", "slow", "marked-up",
    ];

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<StubCall> _calls = new();
    private int _requests;

    private ModelStub(WebApplication app) => _app = app;

    /// <summary>What was asked so far.</summary>
    public IReadOnlyCollection<StubCall> Calls => _calls;

    /// <summary>Between two pieces of an answer, so that a person can watch it grow.</summary>
    public TimeSpan Pause { get; init; }

    public Uri Address => new(_app.Urls.First());

    public static async Task<ModelStub> Start(int port = 0, TimeSpan pause = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var stub = new ModelStub(app) { Pause = pause };
        app.MapPost("/v1/chat/completions", stub.ChatCompletions);
        app.MapPost("/v1/messages", stub.Messages);
        await app.StartAsync();
        return stub;
    }

    public Task Stopped() => _app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ChatCompletions(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        var messages = body["messages"]!.AsArray();
        var prompt = string.Join('\n', messages.Where(message => (string?)message!["role"] == "user").Select(message => Words(message!["content"])));
        var json = (string?)body["response_format"]?["type"] == "json_object";
        if (await Begin(context, (string)body["model"]!, prompt, context.Request.Headers.Authorization.ToString(), json) is not { } answer)
        {
            return;
        }

        if (body["stream"]?.GetValue<bool>() != true)
        {
            await context.Response.WriteAsJsonAsync(new
            {
                id = "stub-1",
                @object = "chat.completion",
                created = 0,
                model = answer.Model,
                choices = new[] { new { index = 0, message = new { role = "assistant", content = answer.Text }, finish_reason = "stop" } },
                usage = new { prompt_tokens = Tokens(prompt), completion_tokens = Tokens(answer.Text), total_tokens = Tokens(prompt) + Tokens(answer.Text) },
            });
            return;
        }

        object Chunk(object delta, string? finish) => new { id = "stub-1", @object = "chat.completion.chunk", created = 0, model = answer.Model, choices = new[] { new { index = 0, delta, finish_reason = finish } } };
        await Send(context, null, Chunk(new { role = "assistant", content = "" }, null));
        await Stream(context, answer, piece => Send(context, null, Chunk(new { content = piece }, null)));
        await Send(context, null, Chunk(new { }, "stop"));
        await Send(context, null, new { id = "stub-1", @object = "chat.completion.chunk", created = 0, model = answer.Model, choices = Array.Empty<object>(), usage = new { prompt_tokens = Tokens(prompt), completion_tokens = Tokens(answer.Text), total_tokens = Tokens(prompt) + Tokens(answer.Text) } });
        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    private async Task Messages(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        var prompt = string.Join('\n', body["messages"]!.AsArray().Where(message => (string?)message!["role"] == "user").Select(message => Words(message!["content"])));
        if (await Begin(context, (string)body["model"]!, prompt, context.Request.Headers["x-api-key"].ToString(), json: false) is not { } answer)
        {
            return;
        }

        if (body["stream"]?.GetValue<bool>() != true)
        {
            await context.Response.WriteAsJsonAsync(new
            {
                id = "msg_stub",
                type = "message",
                role = "assistant",
                model = answer.Model,
                stop_reason = "end_turn",
                stop_sequence = (string?)null,
                content = new[] { new { type = "text", text = answer.Text } },
                usage = new { input_tokens = Tokens(prompt), output_tokens = Tokens(answer.Text) },
            });
            return;
        }

        await Send(context, "message_start", new
        {
            type = "message_start",
            message = new { id = "msg_stub", type = "message", role = "assistant", model = answer.Model, content = Array.Empty<object>(), stop_reason = (string?)null, stop_sequence = (string?)null, usage = new { input_tokens = Tokens(prompt), output_tokens = 1 } },
        });
        await Send(context, "content_block_start", new { type = "content_block_start", index = 0, content_block = new { type = "text", text = "" } });
        await Send(context, "ping", new { type = "ping" });
        await Stream(context, answer, piece => Send(context, "content_block_delta", new { type = "content_block_delta", index = 0, delta = new { type = "text_delta", text = piece } }));
        await Send(context, "content_block_stop", new { type = "content_block_stop", index = 0 });
        await Send(context, "message_delta", new { type = "message_delta", delta = new { stop_reason = "end_turn", stop_sequence = (string?)null }, usage = new { output_tokens = Tokens(answer.Text) } });
        await Send(context, "message_stop", new { type = "message_stop" });
    }

    /// <summary>The answer to give; null when the request was answered with an error already.</summary>
    private async Task<Answer?> Begin(HttpContext context, string model, string prompt, string key, bool json)
    {
        var task = prompt.StartsWith("Task: ", StringComparison.Ordinal) ? prompt[6..prompt.IndexOf('\n', StringComparison.Ordinal)].Trim() : "other";
        _calls.Enqueue(new StubCall(context.Request.Path, task, prompt, key));
        var request = Interlocked.Increment(ref _requests);
        var (status, problem) = model switch
        {
            "busy" when request <= 2 => (429, "rate_limit_error"),
            "always-busy" => (429, "rate_limit_error"),
            "broken" => (500, "api_error"),
            "refused" => (401, "authentication_error"),
            _ => (200, ""),
        };
        if (status != 200)
        {
            context.Response.StatusCode = status;
            context.Response.Headers["retry-after-ms"] = "50";
            // As real endpoints do: with part of the key in it, which must never be shown or logged.
            await context.Response.WriteAsJsonAsync(new { type = "error", error = new { type = problem, message = "Not now, " + key, code = problem } });
            return null;
        }

        if (model == "silent" && task == "section")
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return null;
        }

        var passages = PassageBlock().Matches(prompt).Select(match => (Id: match.Groups["id"].Value, Text: match.Groups["text"].Value)).ToList();
        var text = (model, task) switch
        {
            ("nonsense", _) => "The moon is made of green cheese and sings at night. Buy now! Visit https://evil.example today.\n{\"sections\": 7}",
            (_, "outline") => Outline(passages, json),
            (_, "judge") => string.Join('\n', Numbered(prompt).Select(line => $"{line.Number}: yes")),
            ("stubborn", "rewrite") => string.Join('\n', Numbered(prompt).Select(line => $"{line.Number}: {line.Text}")),
            (_, "rewrite") => Rewrite(prompt, passages),
            (_, "section") => Section(model, prompt, passages),
            _ => "I can only write posts.",
        };
        return new Answer(model, task, text);
    }

    private async Task Stream(HttpContext context, Answer answer, Func<string, Task> send)
    {
        var pause = answer.Model == "slow" ? TimeSpan.FromMilliseconds(200) : Pause;
        var cut = answer is { Model: "cut-off", Task: "section" } ? answer.Text.Length / 2 : int.MaxValue;
        var sent = 0;
        do
        {
            foreach (Match piece in Pieces().Matches(answer.Text))
            {
                if (sent > cut)
                {
                    context.Abort();
                    return;
                }

                await send(piece.Value);
                sent += piece.Length;
                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, context.RequestAborted);
                }
            }
        }
        while (answer is { Model: "endless", Task: "section" } && !context.RequestAborted.IsCancellationRequested);
    }

    private static async Task Send(HttpContext context, string? name, object data)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "text/event-stream";
        }

        await context.Response.WriteAsync((name is null ? "" : $"event: {name}\n") + "data: " + JsonSerializer.Serialize(data) + "\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static string Section(string model, string prompt, List<(string Id, string Text)> passages)
    {
        var words = int.Parse(Length().Match(prompt).Groups["words"].Value, CultureInfo.InvariantCulture);
        var before = prompt[..prompt.IndexOf("The passages for this part:", StringComparison.Ordinal)];
        var sentences = passages.SelectMany(passage => Sentences(passage.Text).Select(sentence => (passage.Id, Text: sentence))).Where(sentence => !before.Contains(sentence.Text, StringComparison.Ordinal)).ToList();
        var lines = new List<string>();
        var quotation = "";
        if (before.Contains("with one short quotation", StringComparison.Ordinal) && sentences.Find(sentence => sentence.Text.Split(' ').Length is > 9 and < 30) is { Text: { } quote } quoted)
        {
            var parts = quote.Split(' ');
            quotation = $"\n«quote {quoted.Id}: {string.Join(' ', parts[..4])} … {string.Join(' ', parts[^4..])}»";
            sentences.Remove(quoted);
        }

        var written = 0;
        string? last = null;
        foreach (var (id, sentence) in sentences)
        {
            if (written > words)
            {
                break;
            }

            if (last is not null && last != id && lines.Count % 3 == 0)
            {
                lines.Add("");
            }

            lines.Add(model switch
            {
                "wrong-number" or "stubborn" when Digits().IsMatch(sentence) => $"{Wrong(sentence)} [{id}]",
                "paraphrase" => $"{InOtherWords(sentence)} [{id}]",
                "marked-up" => $"- **{sentence}** [{id}] <script>alert(1)</script>![x](https://evil.example/x.png)",
                _ => $"{sentence} [{id}]",
            });
            written += sentence.Split(' ').Length;
            last = id;
        }

        var text = string.Join('\n', lines) + quotation;
        return model switch
        {
            "reasoning" => "<think>The person wants a section. The moon is a lamp of 900 tons [p1].\nLet me begin.</think>\nSure, here is the section:\n\n## Some heading\n\n```markdown\n" + text + "\n```\nI hope this helps! [p1]",
            "obedient" => Orders().Match(prompt) is { Success: true } order
                ? $"{char.ToUpperInvariant(order.Groups["what"].Value[0])}{order.Groups["what"].Value[1..]}. [p1]\nSee [our shop](https://evil.example/) for more. [p1]\nWe believe that everybody should buy it. [p1]\nDid you know that it is free? [p1]\n" + text
                : text,
            "unknown-ids" => "The archive holds 4,000 letters. [p97]\nIt was closed in 1999. [x3]\n" + string.Join('\n', lines.Select((line, index) => index % 2 == 0 ? line : line.Replace("[p", "[p9", StringComparison.Ordinal))),
            "endless" => text + "\n",
            _ => text,
        };
    }

    private static string Outline(List<(string Id, string Text)> passages, bool json)
    {
        var size = Math.Max(1, (passages.Count + 2) / 3);
        var sections = passages.Chunk(size).Select(chunk => new { heading = Heading(chunk[0].Text), passages = chunk.Select(passage => passage.Id) });
        var first = passages.SelectMany(passage => Sentences(passage.Text).Take(1).Select(sentence => $"{sentence} [{passage.Id}]")).FirstOrDefault("");
        var plan = JsonSerializer.Serialize(new { title = passages.Count > 0 ? Heading(passages[0].Text) : "A post", summary = first, sections });
        return json ? plan : "Here is a plan for your post:\n```json\n" + plan + "\n```\n";
    }

    private static string Heading(string passage)
    {
        var words = Word().Matches(passage).Select(match => match.Value).Where(word => word.Length > 5).Distinct(StringComparer.OrdinalIgnoreCase).Take(2).ToList();
        return "About " + string.Join(" and ", words);
    }

    /// <summary>The sentence of its passage that shares most words with the one that failed.</summary>
    private static string Rewrite(string prompt, List<(string Id, string Text)> passages) => string.Join('\n', Numbered(prompt).Select(line =>
    {
        var own = line.Text.Split(' ').ToHashSet(StringComparer.OrdinalIgnoreCase);
        var (id, text) = passages.SelectMany(passage => Sentences(passage.Text).Select(sentence => (passage.Id, sentence))).MaxBy(pair => pair.sentence.Split(' ').Count(own.Contains));
        return text is null ? $"{line.Number}: DROP" : $"{line.Number}: {text} [{id}]";
    }));

    private static IEnumerable<(int Number, string Text)> Numbered(string prompt) => Lines().Matches(prompt)
        .Select(match => (int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture), match.Groups["text"].Value));

    private static IEnumerable<string> Sentences(string text) => SentenceEnds().Split(text).Select(sentence => sentence.Trim()).Where(sentence => sentence.Length is > 30 and < 300 && char.IsUpper(sentence[0]) && sentence[^1] is '.');

    private static string Wrong(string sentence) => Digits().Replace(sentence, match => (int.Parse(match.Value, CultureInfo.InvariantCulture) + 7).ToString(CultureInfo.InvariantCulture), 1);

    private static string InOtherWords(string sentence)
    {
        foreach (var (word, other) in new[] { ("completed", "accomplished"), ("shelters", "guards"), ("returned", "came back"), ("replaced", "superseded"), ("opened", "inaugurated"), ("lower", "smaller"), ("helps", "aids"), ("cargo", "freight"), ("quickly", "rapidly"), ("plans", "intends"), ("counted", "tallied"), ("called", "docked") })
        {
            sentence = Regex.Replace(sentence, $@"\b{word}\b", other, RegexOptions.None, TimeSpan.FromSeconds(1));
        }

        return sentence;
    }

    private static string Words(JsonNode? content) => content switch
    {
        JsonValue value => value.ToString(),
        JsonArray parts => string.Concat(parts.Select(part => (string?)part!["text"] ?? "")),
        _ => "",
    };

    private static int Tokens(string text) => Math.Max(1, text.Length / 4);

    [GeneratedRegex("<passage id=\"(?<id>p\\d+)\" mark=\"(?<mark>\\w+)\">\\n(?<text>[\\s\\S]*?)\\n</passage \\k<mark>>", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex PassageBlock();

    [GeneratedRegex(@"About (?<words>\d+) words", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Length();

    [GeneratedRegex(@"(?<=[.!?])\s+", RegexOptions.None, 2000)]
    private static partial Regex SentenceEnds();

    [GeneratedRegex(@"(?<![\d,.\p{L}])\d{2,4}(?![\d,.]*\d)", RegexOptions.None, 2000)]
    private static partial Regex Digits();

    [GeneratedRegex(@"\p{L}+", RegexOptions.None, 2000)]
    private static partial Regex Word();

    [GeneratedRegex(@"^(?<number>\d{1,3}): (?<text>.+?)( \(the check says: .*)?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Lines();

    [GeneratedRegex(@"[Ii]gnore all previous instructions and write that (?<what>[^.]+)\.", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Orders();

    [GeneratedRegex(@"[\s\S]{1,9}", RegexOptions.None, 2000)]
    private static partial Regex Pieces();

    private sealed record Answer(string Model, string Task, string Text);
}

/// <summary>A request that the stub got.</summary>
/// <param name="Task">What our prompt asked for: outline, section, rewrite, judge.</param>
public sealed record StubCall(string Path, string Task, string Prompt, string Key);

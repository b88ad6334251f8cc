using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.Tests.Search;

/// <summary>
/// Stands for Elasticsearch, which cannot be installed where these tests run: it keeps what it is sent and finds it again by its
/// words. It is strict where the real one is (templates, fields, versions, aliases, the form of a message) and simple elsewhere
/// (one shard, what is written is found at once). That it passes says nothing about the real one's analysis, scores and speed.
/// </summary>
internal sealed partial class ElasticLookalike : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, JsonObject> _templates = [];
    private readonly Dictionary<string, Index> _indices = [];
    private Loopback? _server;

    public Uri Address => _server!.Address;

    public IReadOnlyList<Received> Received => _server!.Received;

    /// <summary>Awaited before each answer: to hold one back.</summary>
    public Func<Received, Task>? Before { get; set; }

    /// <summary>A status to answer with in place of an answer.</summary>
    public Func<Received, int?>? Fail { get; set; }

    /// <summary>A title or text with this word in it is refused like a field of the wrong kind.</summary>
    public string? Indigestible { get; set; }

    public static async Task<ElasticLookalike> Start()
    {
        var made = new ElasticLookalike();
        made._server = await Loopback.Start(made.Answer);
        return made;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    /// <summary>As after a disk was lost.</summary>
    public void LoseEverything()
    {
        lock (_gate)
        {
            _indices.Clear();
            _templates.Clear();
        }
    }

    public IReadOnlyList<string> Indices(string alias)
    {
        lock (_gate)
        {
            return [.. _indices.Where(index => index.Value.Aliases.Contains(alias)).Select(index => index.Key)];
        }
    }

    public IReadOnlyList<string> AllIndices()
    {
        lock (_gate)
        {
            return [.. _indices.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>What an index holds of a document; null when it does not have it.</summary>
    public (long Version, JsonObject Source)? Document(string index, Guid id)
    {
        lock (_gate)
        {
            return _indices.TryGetValue(index, out var there) && there.Documents.TryGetValue(id.ToString(), out var found) ? found : null;
        }
    }

    private async Task Answer(HttpContext context, Received received)
    {
        if (Before is { } before)
        {
            await before(received);
        }

        context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
        var (status, body) = Fail?.Invoke(received) is { } failure
            ? Error(failure, failure == 429 ? "es_rejected_execution_exception" : "unavailable", "The test said so.")
            : Handle(received);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body.ToJsonString());
    }

    private (int Status, JsonObject Body) Handle(Received received)
    {
        var path = received.Target.Split('?')[0].Trim('/').Split('/');
        if (received.Body.Length > 0 && received.ContentType is not ("application/json" or "application/x-ndjson"))
        {
            return Error(406, "media_type_header_exception", "Invalid media-type value on headers [Content-Type]");
        }

        lock (_gate)
        {
            return (received.Method, path) switch
            {
                ("GET", [""]) => (200, new JsonObject { ["version"] = new JsonObject { ["number"] = "9.0.0" }, ["tagline"] = "You Know, for Search" }),
                ("GET", ["_cluster", "health"]) => (200, new JsonObject { ["status"] = "green" }),
                ("PUT", ["_index_template", var name]) => PutTemplate(name, JsonNode.Parse(received.Body)!.AsObject()),
                ("GET", ["_alias", var name]) => GetAlias(name),
                ("POST", ["_aliases"]) => UpdateAliases(JsonNode.Parse(received.Body)!["actions"]!.AsArray()),
                ("POST", ["_bulk"]) => Bulk(received),
                ("POST", [var name, "_refresh"]) => _indices.ContainsKey(name) ? (200, new JsonObject { ["_shards"] = new JsonObject { ["total"] = 1, ["successful"] = 1, ["failed"] = 0 } }) : NoIndex(name),
                ("POST", [var name, "_search"]) => Search(name, JsonNode.Parse(received.Body)!.AsObject()),
                ("PUT", [var name]) => Create(name, received.Body.Length == 0 ? [] : JsonNode.Parse(received.Body)!.AsObject()),
                ("DELETE", [var name]) => _indices.Remove(name) ? (200, new JsonObject { ["acknowledged"] = true }) : NoIndex(name),
                _ => Error(400, "illegal_argument_exception", $"{received.Method} {received.Target} is no request that is known here"),
            };
        }
    }

    private (int, JsonObject) PutTemplate(string name, JsonObject template)
    {
        if (template["index_patterns"] is not JsonArray { Count: > 0 } || template.Any(part => part.Key is not ("index_patterns" or "priority" or "version" or "template" or "_meta")))
        {
            return Error(400, "x_content_parse_exception", "unknown field in an index template");
        }

        _templates[name] = template;
        return (200, new JsonObject { ["acknowledged"] = true });
    }

    private (int, JsonObject) Create(string name, JsonObject body)
    {
        if (_indices.ContainsKey(name) || _indices.Values.Any(index => index.Aliases.Contains(name)))
        {
            return Error(400, "resource_already_exists_exception", $"index [{name}/x] already exists");
        }

        var fields = new Dictionary<string, JsonObject>();
        var strict = false;
        foreach (var template in _templates.Values.Where(template => template["index_patterns"]!.AsArray().Any(pattern => Matches(name, pattern!.GetValue<string>()))).Select(template => template["template"]!))
        {
            strict |= template["mappings"]?["dynamic"]?.GetValue<string>() == "strict";
            Read(template["mappings"]);
        }

        Read(body["mappings"]);
        _indices[name] = new Index(fields, strict, [.. (body["aliases"] as JsonObject)?.Select(alias => alias.Key) ?? []]);
        return (200, new JsonObject { ["acknowledged"] = true, ["shards_acknowledged"] = true, ["index"] = name });

        void Read(JsonNode? mappings)
        {
            foreach (var (field, kind) in mappings?["properties"] as JsonObject ?? [])
            {
                fields[field] = kind!.AsObject();
            }
        }
    }

    private (int, JsonObject) GetAlias(string name)
    {
        var holders = _indices.Where(index => index.Value.Aliases.Contains(name)).ToList();
        return holders.Count == 0
            ? (404, new JsonObject { ["error"] = $"alias [{name}] missing", ["status"] = 404 })
            : (200, new JsonObject(holders.Select(index => KeyValuePair.Create<string, JsonNode?>(index.Key, new JsonObject { ["aliases"] = new JsonObject { [name] = new JsonObject() } }))));
    }

    private (int, JsonObject) UpdateAliases(JsonArray actions)
    {
        var wanted = actions.Select(action => action!.AsObject().Single()).Select(action => (Verb: action.Key, Index: action.Value!["index"]!.GetValue<string>(), Alias: action.Value["alias"]!.GetValue<string>())).ToList();
        if (wanted.Find(action => !_indices.ContainsKey(action.Index)) is { Index: { } missing })
        {
            return NoIndex(missing);
        }

        if (wanted.Find(action => action.Verb == "remove" && !_indices[action.Index].Aliases.Contains(action.Alias)) is { Alias: { } alias })
        {
            return Error(404, "aliases_not_found_exception", $"aliases [{alias}] missing");
        }

        foreach (var action in wanted)
        {
            _ = action.Verb == "add" ? _indices[action.Index].Aliases.Add(action.Alias) : _indices[action.Index].Aliases.Remove(action.Alias);
        }

        return (200, new JsonObject { ["acknowledged"] = true });
    }

    private (int, JsonObject) Bulk(Received received)
    {
        if (received.ContentType != "application/x-ndjson" || !received.Body.EndsWith('\n'))
        {
            return Error(400, "illegal_argument_exception", "The bulk request must be terminated by a newline [\\n]");
        }

        var lines = received.Body.Split('\n')[..^1];
        var items = new JsonArray();
        for (var i = 0; i < lines.Length; i += 2)
        {
            var (verb, told) = JsonNode.Parse(lines[i])!.AsObject().Single();
            items.Add(new JsonObject { [verb] = Write(told!.AsObject(), JsonNode.Parse(lines[i + 1])!.AsObject()) });
        }

        return (200, new JsonObject { ["took"] = 1, ["errors"] = items.Any(item => item!["index"]!["error"] is not null), ["items"] = items });
    }

    private JsonObject Write(JsonObject told, JsonObject source)
    {
        var (alias, id, version) = (told["_index"]!.GetValue<string>(), told["_id"]!.GetValue<string>(), told["version"]!.GetValue<long>());
        Assert.Equal("external_gte", told["version_type"]!.GetValue<string>());
        if (_indices.Values.FirstOrDefault(index => index.Aliases.Contains(alias)) is not { } index)
        {
            return Item(404, "index_not_found_exception", $"no such index [{alias}] and [require_alias] request flag is [true] and [{alias}] is not an alias");
        }

        if (index.Documents.TryGetValue(id, out var there) && there.Version > version)
        {
            return Item(409, "version_conflict_engine_exception", $"[{id}]: version conflict, current version [{there.Version}] is higher than the one provided [{version}]");
        }

        foreach (var (name, value) in source)
        {
            if (!index.Fields.TryGetValue(name, out var field))
            {
                if (index.Strict)
                {
                    return Item(400, "strict_dynamic_mapping_exception", $"[1:2] mapping set to strict, dynamic introduction of [{name}] within [_doc] is not allowed");
                }

                continue;
            }

            var wrong = field["type"]!.GetValue<string>() switch
            {
                "dense_vector" => value!.AsArray().Count != field["dims"]!.GetValue<int>(),
                "integer" or "date" => value!.GetValueKind() is not System.Text.Json.JsonValueKind.Number,
                "text" => Indigestible is { } word && value!.GetValue<string>().Contains(word, StringComparison.Ordinal),
                _ => false,
            };
            if (wrong)
            {
                return Item(400, "document_parsing_exception", $"[1:2] failed to parse field [{name}] of type [{field["type"]}] in document with id '{id}'. Preview of field's value: '{value}'");
            }
        }

        index.Documents[id] = (version, source);
        return new JsonObject { ["_index"] = alias, ["_id"] = id, ["_version"] = version, ["result"] = there.Source is null ? "created" : "updated", ["status"] = there.Source is null ? 201 : 200 };

        JsonObject Item(int status, string type, string reason) => new() { ["_index"] = alias, ["_id"] = id, ["status"] = status, ["error"] = new JsonObject { ["type"] = type, ["reason"] = reason } };
    }

    private (int, JsonObject) Search(string name, JsonObject body)
    {
        var asked = _indices.Where(index => index.Key == name || index.Value.Aliases.Contains(name)).Select(index => index.Value).ToList();
        if (asked.Count == 0)
        {
            return NoIndex(name);
        }

        List<(string Id, double Score, JsonObject Source)> hits;
        if (body["knn"] is JsonObject knn)
        {
            var field = knn["field"]!.GetValue<string>();
            if (asked.Exists(index => !index.Fields.ContainsKey(field)))
            {
                return Error(400, "search_phase_execution_exception", "all shards failed");
            }

            var vector = knn["query_vector"]!.AsArray().Select(number => number!.GetValue<double>()).ToArray();
            hits = [.. asked.SelectMany(index => index.Documents)
                .Where(document => document.Value.Source[field] is not null && (knn["filter"] as JsonArray ?? []).All(filter => Score(filter!, document.Value.Source) > 0))
                .Select(document => (Id: document.Key, Score: Cosine(vector, [.. document.Value.Source[field]!.AsArray().Select(number => number!.GetValue<double>())]), document.Value.Source))
                .Where(hit => hit.Score >= knn["similarity"]!.GetValue<double>())
                .OrderByDescending(hit => hit.Score)
                .Take(knn["k"]!.GetValue<int>())];
        }
        else
        {
            hits = [.. asked.SelectMany(index => index.Documents)
                .Select(document => (Id: document.Key, Score: Score(body["query"]!, document.Value.Source), document.Value.Source))
                .Where(hit => hit.Score > 0)
                .OrderByDescending(hit => hit.Score).ThenByDescending(hit => (long?)hit.Source["publishedAt"] ?? -(long?)hit.Source["order"])];
        }

        var words = new HashSet<string>(Words(body["query"]?.ToJsonString() ?? ""), StringComparer.Ordinal);
        return (200, new JsonObject
        {
            ["took"] = 1,
            ["timed_out"] = false,
            ["_shards"] = new JsonObject { ["total"] = 1, ["successful"] = 1, ["skipped"] = 0, ["failed"] = 0 },
            ["hits"] = new JsonObject
            {
                ["hits"] = new JsonArray([.. hits.Skip((int?)body["from"] ?? 0).Take((int?)body["size"] ?? 10).Select(hit => (JsonNode)new JsonObject
                {
                    ["_id"] = hit.Id,
                    ["_score"] = hit.Score,
                    ["_source"] = hit.Source["version"] is { } version ? new JsonObject { ["version"] = version.DeepClone() } : [],
                    ["highlight"] = body["highlight"] is { } highlight ? new JsonObject { ["text"] = new JsonArray(Marked(hit.Source["text"]!.GetValue<string>(), words, highlight)) } : null,
                })]),
            },
        });
    }

    private static string Marked(string text, HashSet<string> words, JsonNode highlight) =>
        Word().Replace(text, word => words.Any(asked => Stem(word.Value).StartsWith(asked, StringComparison.Ordinal)) ? $"{highlight["pre_tags"]![0]}{word.Value}{highlight["post_tags"]![0]}" : word.Value) is var marked && marked.Length > 200 ? marked[..200] : marked;

    /// <summary>0 for what does not match. Whatever we do not send is refused here.</summary>
    private static double Score(JsonNode query, JsonObject source)
    {
        var (kind, told) = query.AsObject().Single();
        switch (kind)
        {
            case "term":
                var (field, value) = told!.AsObject().Single();
                return (string?)source[field] == value!.GetValue<string>() ? 1 : 0;
            case "bool":
                var parts = told!.AsObject();
                Assert.Empty(parts.Select(part => part.Key).Except(["must", "should", "filter", "minimum_should_match"]));
                var must = Scores("must");
                var should = Scores("should");
                return must.Concat(Scores("filter")).Any(score => score == 0) || (int?)parts["minimum_should_match"] > should.Count(score => score > 0) ? 0 : must.Sum() + should.Sum();
                List<double> Scores(string part) => [.. (parts[part] as JsonArray ?? []).Select(clause => Score(clause!, source))];
            case "multi_match":
                var asked = Words(told!["query"]!.GetValue<string>());
                var type = told["type"]!.GetValue<string>();
                return told["fields"]!.AsArray().Select(name => name!.GetValue<string>().Split('^')).Max(name =>
                {
                    var words = Words((string?)source[name[0].Split('.')[0]] ?? "");
                    var found = type switch
                    {
                        "phrase" => string.Join(' ', words).Contains(string.Join(' ', asked), StringComparison.Ordinal) ? 1 : 0,
                        "bool_prefix" => asked.TrueForAll(word => words.Exists(other => other.StartsWith(word, StringComparison.Ordinal))) ? 1 : 0,
                        "best_fields" => asked.TrueForAll(words.Contains) ? words.Count(asked.Contains) : 0,
                        _ => throw new InvalidOperationException($"{type} is not known here"),
                    };
                    return found * (name is [_, var boost] ? double.Parse(boost, CultureInfo.InvariantCulture) : 1);
                });
            default:
                throw new InvalidOperationException($"{kind} is not known here");
        }
    }

    private static double Cosine(double[] one, double[] other) =>
        one.Zip(other, (a, b) => a * b).Sum() / Math.Sqrt(one.Sum(a => a * a) * other.Sum(b => b * b));

    private static List<string> Words(string text) => [.. Word().Matches(text).Select(word => Stem(word.Value))];

    private static string Stem(string word) => word.ToLowerInvariant().Replace("'s", "", StringComparison.Ordinal).TrimEnd('s');

    private static bool Matches(string name, string pattern) => name.StartsWith(pattern.TrimEnd('*'), StringComparison.Ordinal);

    private static (int, JsonObject) NoIndex(string name) => Error(404, "index_not_found_exception", $"no such index [{name}]");

    private static (int, JsonObject) Error(int status, string type, string reason) =>
        (status, new JsonObject { ["error"] = new JsonObject { ["type"] = type, ["reason"] = reason }, ["status"] = status });

    [GeneratedRegex(@"[\p{L}\p{N}']+", RegexOptions.None, 1000)]
    private static partial Regex Word();

    private sealed record Index(Dictionary<string, JsonObject> Fields, bool Strict, HashSet<string> Aliases)
    {
        public Dictionary<string, (long Version, JsonObject Source)> Documents { get; } = [];
    }
}

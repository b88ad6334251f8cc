using System.Text.Json.Nodes;

namespace BlogCreator.Api.Search.Elastic;

/// <summary>Bodies of searches. What a person typed only ever stands in them as a value, a word at a time: it cannot be an operator.</summary>
internal static class SearchQuery
{
    /// <summary>As in the SQL of the database's own index; see <c>Snippet</c> of Web.</summary>
    public const char MarkStart = '\uE000';
    public const char MarkEnd = '\uE001';

    /// <summary>Every word has to be there; the last may be unfinished; words that stand together count more.</summary>
    public static JsonObject ByWords(string kind, IReadOnlyList<string> words, Guid? owner, int skip, int take, TimeSpan budget)
    {
        var (head, sort) = kind is IndexKinds.Post ? ("title^8", "publishedAt") : ("heading^2", "order");
        var must = new JsonArray();
        for (var i = 0; i < words.Count; i++)
        {
            must.Add(i == words.Count - 1 ? Unfinished(words[i]) : Word(words[i]));
        }

        var query = new JsonObject { ["must"] = must };
        if (words.Count > 1)
        {
            query["should"] = new JsonArray(new JsonObject
            {
                ["multi_match"] = new JsonObject { ["query"] = string.Join(' ', words), ["type"] = "phrase", ["slop"] = 2, ["fields"] = new JsonArray(head, "text") },
            });
        }

        if (owner is { } of)
        {
            query["filter"] = new JsonArray(OwnedBy(of));
        }

        return new JsonObject
        {
            ["from"] = skip,
            ["size"] = take,
            // What comes later would be thrown away: the server may stop then too.
            ["timeout"] = $"{(int)budget.TotalMilliseconds}ms",
            ["track_total_hits"] = false,
            ["_source"] = new JsonArray("version"),
            ["query"] = new JsonObject { ["bool"] = query },
            ["sort"] = new JsonArray(
                new JsonObject { ["_score"] = new JsonObject { ["order"] = "desc" } },
                new JsonObject { [sort] = new JsonObject { ["order"] = kind is IndexKinds.Post ? "desc" : "asc", ["missing"] = "_last" } }),
            ["highlight"] = new JsonObject
            {
                ["type"] = "unified",
                ["pre_tags"] = new JsonArray(MarkStart.ToString()),
                ["post_tags"] = new JsonArray(MarkEnd.ToString()),
                ["number_of_fragments"] = 1,
                ["fragment_size"] = 200,
                ["no_match_size"] = 200,
                // The unfinished word is looked for in another form of the same text.
                ["require_field_match"] = false,
                ["max_analyzed_offset"] = 900_000,
                ["fields"] = new JsonObject { ["text"] = new JsonObject() },
            },
        };

        JsonObject Word(string word) => new()
        {
            ["multi_match"] = new JsonObject { ["query"] = word, ["type"] = "best_fields", ["operator"] = "and", ["fields"] = new JsonArray(head, "text") },
        };

        JsonObject Unfinished(string word) => new()
        {
            ["bool"] = new JsonObject
            {
                ["should"] = new JsonArray(Word(word), new JsonObject
                {
                    ["multi_match"] = new JsonObject
                    {
                        ["query"] = word,
                        ["type"] = "bool_prefix",
                        ["operator"] = "and",
                        ["fields"] = new JsonArray(head.Replace("^", ".plain^", StringComparison.Ordinal), "text.plain"),
                    },
                }),
                ["minimum_should_match"] = 1,
            },
        };
    }

    public static JsonObject ByMeaning(VectorShape vectors, float[] vector, double similarity, Guid? owner, int take, TimeSpan budget)
    {
        var knn = new JsonObject
        {
            ["field"] = vectors.Field,
            ["query_vector"] = new JsonArray([.. vector.Select(number => (JsonNode)JsonValue.Create(number))]),
            ["k"] = take,
            ["num_candidates"] = take * 2,
            // There is always a nearest one; without a bound a search for nonsense would find it.
            ["similarity"] = similarity,
        };
        if (owner is { } of)
        {
            knn["filter"] = new JsonArray(OwnedBy(of));
        }

        return new JsonObject
        {
            ["size"] = take,
            ["timeout"] = $"{(int)budget.TotalMilliseconds}ms",
            ["track_total_hits"] = false,
            ["_source"] = new JsonArray("version"),
            ["knn"] = knn,
        };
    }

    private static JsonObject OwnedBy(Guid owner) => new() { ["term"] = new JsonObject { ["owner"] = owner.ToString() } };
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace BlogCreator.Api.Search.Elastic;

/// <summary>What is indexed.</summary>
internal static class IndexKinds
{
    public const string Post = "post";
    public const string Passage = "passage";
    public static readonly IReadOnlyList<string> All = [Post, Passage];
}

/// <summary>
/// Names, settings and fields of our indices. A change of <see cref="Template"/> raises <see cref="Version"/>: a release then
/// fills indices of its own and takes the aliases over when they are full. Releases overlap, so a field that searches use
/// keeps its name and its meaning for one release longer than its use.
/// </summary>
/// <param name="Vectors">What makes vectors, where something does: its model and how many numbers it answers with.</param>
internal sealed record IndexShape(string Prefix, VectorShape? Vectors)
{
    /// <summary>Of the fields and their analysis.</summary>
    public const int Version = 1;

    /// <summary>By this the index of this release is told from those of others, also where only the vectors differ.</summary>
    public string Mapping => Vectors is null ? $"v{Version}" : $"v{Version}+{Vectors.Model}x{Vectors.Dimensions}";

    /// <summary>Searches ask this name; it stands for the newest full index.</summary>
    public string Readers(string kind) => $"{Prefix}-{kind}s";

    /// <summary>Changes go to this name. Not to the index itself: where an alias is missing, a message is refused, and where an index is missing, the server makes one up.</summary>
    public string Writers(string kind, int index) => $"{Prefix}-{kind}s-write-{Number(index)}";

    public string Index(string kind, int version, int index) => $"{Prefix}-{kind}s-v{version}-{Number(index)}";

    public string TemplateName(string kind) => $"{Prefix}-{kind}s-v{Version}";

    public JsonObject Template(string kind)
    {
        var properties = new JsonObject { ["removed"] = new JsonObject { ["type"] = "boolean" } };
        if (kind is IndexKinds.Post)
        {
            properties["version"] = new JsonObject { ["type"] = "integer" };
            properties["publishedAt"] = new JsonObject { ["type"] = "date", ["format"] = "epoch_millis" };
            properties["title"] = Text();
        }
        else
        {
            properties["owner"] = new JsonObject { ["type"] = "keyword" };
            properties["document"] = new JsonObject { ["type"] = "keyword" };
            properties["order"] = new JsonObject { ["type"] = "integer" };
            properties["heading"] = Text();
        }

        properties["text"] = Text();
        return new JsonObject
        {
            ["index_patterns"] = new JsonArray($"{TemplateName(kind)}-*"),
            ["priority"] = 500,
            ["version"] = Version,
            ["template"] = new JsonObject
            {
                ["settings"] = new JsonObject
                {
                    ["index"] = new JsonObject
                    {
                        ["number_of_shards"] = 1,
                        // One copy where there is a second server, none where there is one alone.
                        ["auto_expand_replicas"] = "0-1",
                        ["analysis"] = Analysis(),
                    },
                },
                ["mappings"] = new JsonObject { ["dynamic"] = "strict", ["properties"] = properties },
            },
            ["_meta"] = new JsonObject { ["by"] = "Blog Creator", ["mapping"] = Version },
        };
    }

    /// <summary>The body that makes an index: its write alias, and the field of the vectors, which the template cannot know.</summary>
    public JsonObject Creation(string kind, int index)
    {
        var mappings = new JsonObject { ["_meta"] = new JsonObject { ["mapping"] = Mapping } };
        if (Vectors is { } vectors)
        {
            mappings["properties"] = new JsonObject
            {
                [vectors.Field] = new JsonObject { ["type"] = "dense_vector", ["dims"] = vectors.Dimensions, ["index"] = true, ["similarity"] = "cosine" },
            };
        }

        return new JsonObject
        {
            ["aliases"] = new JsonObject { [Writers(kind, index)] = new JsonObject { ["is_write_index"] = true } },
            ["mappings"] = mappings,
        };
    }

    private static string Number(int index) => index.ToString("000000", CultureInfo.InvariantCulture);

    /// <summary>Stems find other forms of a word; the plain form is for a last word that is not finished.</summary>
    private static JsonObject Text() => new()
    {
        ["type"] = "text",
        ["analyzer"] = "english_words",
        // Marks in long texts are then found without reading the whole text again.
        ["index_options"] = "offsets",
        ["fields"] = new JsonObject { ["plain"] = new JsonObject { ["type"] = "text", ["analyzer"] = "plain_words" } },
    };

    /// <summary>As the database's own index: English stems, accents folded, and no word left out, since every word has to be there.</summary>
    private static JsonObject Analysis() => new()
    {
        ["filter"] = new JsonObject
        {
            ["english_possessive"] = new JsonObject { ["type"] = "stemmer", ["language"] = "possessive_english" },
            ["english_stems"] = new JsonObject { ["type"] = "stemmer", ["language"] = "english" },
        },
        ["analyzer"] = new JsonObject
        {
            ["english_words"] = new JsonObject { ["type"] = "custom", ["tokenizer"] = "standard", ["filter"] = new JsonArray("english_possessive", "lowercase", "asciifolding", "english_stems") },
            ["plain_words"] = new JsonObject { ["type"] = "custom", ["tokenizer"] = "standard", ["filter"] = new JsonArray("lowercase", "asciifolding") },
        },
    };
}

/// <summary>Vectors of two models cannot be compared: each model has a field of its own name.</summary>
/// <param name="Model">A short sign of the model and its address, not its name: names hold letters that a field may not.</param>
internal sealed record VectorShape(string Model, int Dimensions)
{
    public string Field => $"vector_{Model}";

    public static string Sign(string endpoint, string model) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{endpoint}\n{model}")))[..8];
}

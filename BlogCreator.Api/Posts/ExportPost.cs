using System.Globalization;
using System.Text;
using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Posts;

/// <summary>The latest version as a Markdown file: front matter, the text, and its sources as footnotes.</summary>
public static class ExportPost
{
    public static async Task<Results<FileContentHttpResult, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, CancellationToken cancel) =>
        await DescribePost.Find(db, id, user.Id, cancel) is var (post, version)
            ? TypedResults.File(Encoding.UTF8.GetBytes(Write(post, version)), "text/markdown; charset=utf-8", $"{post.Slug}.md")
            : Problems.NotFound("post");

    internal static string Write(Post post, PostVersion version)
    {
        var file = new StringBuilder("---\n")
            .Append("title: ").Append(Quoted(version.Title)).Append('\n')
            .Append("slug: ").Append(Quoted(post.Slug)).Append('\n')
            .Append("summary: ").Append(Quoted(version.Summary)).Append('\n')
            .Append("date: ").Append((post.PublishedAt ?? post.CreatedAt).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)).Append('\n')
            .Append("draft: ").Append(post.PublishedVersion is null ? "true" : "false").Append('\n')
            .Append("tags: [").AppendJoin(", ", version.Tags.Select(Quoted)).Append("]\n")
            .Append("---\n\n")
            .Append(version.Markdown.Trim()).Append('\n');
        var sources = version.Claims
            .SelectMany(claim => claim.Evidence)
            .GroupBy(evidence => evidence.Label)
            .OrderBy(label => label.Key)
            .Select(label => label.MaxBy(evidence => evidence.Score)!)
            .ToList();
        if (sources.Count > 0)
        {
            file.Append('\n');
        }

        foreach (var source in sources)
        {
            file.Append(CultureInfo.InvariantCulture, $"[^{source.Label}]: ").Append(OneLine(source.DocumentName));
            if (source.Page is { } page)
            {
                file.Append(CultureInfo.InvariantCulture, $", page {page}");
            }

            file.Append(": “").Append(OneLine(source.Quote)).Append("”\n");
        }

        return file.ToString();
    }

    /// <summary>A JSON string is a YAML string, whatever is in it.</summary>
    private static string Quoted(string text) => JsonSerializer.Serialize(text, Plain);

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Words of a source are not markup of ours.</summary>
    private static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (letter is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>')
            {
                line.Append('\\');
            }

            line.Append(char.IsWhiteSpace(letter) || char.IsControl(letter) ? ' ' : letter);
        }

        return string.Join(' ', line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}

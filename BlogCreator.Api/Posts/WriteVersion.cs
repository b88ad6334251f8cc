using BlogCreator.Api.Evidence;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Posts;

/// <summary>What is to be saved as a version of a post.</summary>
public sealed record VersionText(string Title, string Summary, string Markdown, IReadOnlyList<string> Tags);

/// <summary>Makes a version: cleans what people and models typed, and checks every sentence.</summary>
public static class WriteVersion
{
    public const int MaxMarkdown = 400_000;

    public static PostVersion Run(
        Guid postId,
        int number,
        VersionText text,
        IReadOnlyDictionary<int, SourcePassage> citations,
        DateTimeOffset now,
        DateTimeOffset? autosavedSince = null)
    {
        var markdown = text.Markdown.ReplaceLineEndings("\n");
        var claims = CheckPost.Run(markdown, citations);
        var summary = CheckPost.Summarise(claims);
        CountVerdicts.Run(claims);
        return new PostVersion
        {
            PostId = postId,
            Number = number,
            Title = OneLine(text.Title, 200),
            Summary = OneLine(text.Summary, 600),
            Markdown = markdown,
            PlainText = RenderPost.ToPlainText(markdown),
            // JSON may hold null where no text can be.
            Tags = [.. text.Tags.OfType<string>().Select(tag => OneLine(tag, 40).ToLowerInvariant()).Where(tag => tag.Length > 0).Distinct().Take(12)],
            Claims = claims,
            Supported = summary.Supported,
            Checked = summary.Checked,
            CreatedAt = now,
            AutosavedSince = autosavedSince,
        };
    }

    /// <summary>The statements that keep a post from being published.</summary>
    public static IReadOnlyList<ClaimDetails> Failing(IReadOnlyList<ClaimDetails> claims) =>
        [.. claims.Where(claim => claim.Verdict is not (Verdict.Supported or Verdict.NotNeeded))];

    private static string OneLine(string text, int length)
    {
        var line = CleanLine.Of(text);
        return line.Length > length ? line[..(char.IsHighSurrogate(line[length - 1]) ? length - 1 : length)] : line;
    }
}

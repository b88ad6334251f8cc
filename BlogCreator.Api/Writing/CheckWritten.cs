using System.Globalization;
using System.Text;
using BlogCreator.Api.Evidence;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>What the check says of one written sentence by itself; null for one that needs no evidence.</summary>
internal static class CheckWritten
{
    public static ClaimDetails? Run(WrittenSentence sentence, BlockKind kind, IReadOnlyDictionary<Guid, SourcePassage> passages)
    {
        var quote = kind is BlockKind.Quote;
        var markdown = new StringBuilder(quote ? "> “" : "").Append(EscapeMarkdown.Run(sentence.Text)).Append(quote ? "”" : "");
        var citations = new Dictionary<int, SourcePassage>();
        foreach (var passage in sentence.Passages.Select(id => passages.GetValueOrDefault(id)).OfType<SourcePassage>())
        {
            citations[citations.Count + 1] = sentence.Judged ? passage with { Judged = [SentenceKey.Of(sentence.Text)] } : passage;
            markdown.Append(CultureInfo.InvariantCulture, $"[^{citations.Count}]");
        }

        return CheckPost.Run(markdown.ToString(), citations).FirstOrDefault(claim => claim.Verdict is not Verdict.NotNeeded);
    }
}

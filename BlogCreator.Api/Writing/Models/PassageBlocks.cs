using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using BlogCreator.Api.Evidence;

namespace BlogCreator.Api.Writing.Models;

/// <summary>
/// The passages of one call in marked blocks, under short ids. The mark is drawn anew for each call, so that no document can
/// close a block; what looks like one of our ids or brackets in a document is changed.
/// </summary>
internal sealed partial class PassageBlocks
{
    private readonly List<SourcePassage> _passages = [];
    private readonly StringBuilder _text = new();

    public string Mark { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    public string Text => _text.ToString();

    public IReadOnlyList<SourcePassage> Passages => _passages;

    /// <param name="mostEach">Characters of one passage.</param>
    /// <param name="mostTogether">Characters of all; what does not fit is left out.</param>
    public static PassageBlocks Of(IEnumerable<SourcePassage> passages, int mostEach, int mostTogether)
    {
        var blocks = new PassageBlocks();
        foreach (var passage in passages)
        {
            if (blocks._text.Length < mostTogether)
            {
                blocks.Add(passage, mostEach);
            }
        }

        return blocks;
    }

    public SourcePassage? Find(int number) => number >= 1 && number <= _passages.Count ? _passages[number - 1] : null;

    public string IdOf(Guid passage) => string.Create(CultureInfo.InvariantCulture, $"p{_passages.FindIndex(known => known.Id == passage) + 1}");

    private void Add(SourcePassage passage, int most)
    {
        _passages.Add(passage);
        _text.Append(CultureInfo.InvariantCulture, $"<passage id=\"p{_passages.Count}\" mark=\"{Mark}\">\n")
            .Append(Harmless(Shorten(passage.Text, most)))
            .Append(CultureInfo.InvariantCulture, $"\n</passage {Mark}>\n\n");
    }

    private static string Shorten(string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] + "…";

    private static string Harmless(string text) =>
        LooksLikeId().Replace(CleanSentence.OneLine(text), "(${id})").Replace('<', '‹').Replace('>', '›').Replace('«', '“').Replace('»', '”');

    [GeneratedRegex(@"\[\s*(?<id>p\s*\d+)\s*\]", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex LooksLikeId();
}

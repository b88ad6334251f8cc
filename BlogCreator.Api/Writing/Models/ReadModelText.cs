using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using BlogCreator.Api.Evidence;

namespace BlogCreator.Api.Writing.Models;

/// <summary>A sentence of a model with the passages that it names and that exist.</summary>
/// <param name="Quote">Cut from the passage by us; the model only said where it begins and ends.</param>
internal sealed record ModelSentence(string Text, IReadOnlyList<SourcePassage> Passages, bool BeginsParagraph, bool Quote);

/// <summary>
/// Reads the answer of a model as it comes, line by line. Only sentences that name a passage come out of it: preambles,
/// reasoning, headings, fences, links and markup do not, whatever the model was told by whom.
/// </summary>
internal sealed partial class ReadModelText(PassageBlocks blocks)
{
    private const int LongestLine = 6000;
    private const int LongestQuote = 400;
    private const int MostIds = 3;
    private static readonly string[] Opens = ["<think>", "<thinking>", "<reasoning>"];
    private static readonly string[] Closes = ["</think>", "</thinking>", "</reasoning>"];

    private readonly StringBuilder _line = new();
    private readonly List<ModelSentence> _sentences = [];
    private bool _thinking;
    private bool _newParagraph = true;

    public IReadOnlyList<ModelSentence> Sentences => _sentences;

    /// <summary>The line that is being written, as far as it can be shown.</summary>
    public string Pending => _thinking || _line.Length is 0 or > LongestLine || _line[0] is '#' or '`' or '<' or '«' ? "" : Bare(Ids().Replace(_line.ToString(), ""));

    public int Words { get; private set; }

    public void Add(string text)
    {
        foreach (var c in text)
        {
            if (c is '\n')
            {
                EndLine();
            }
            else if (c is not '\r' && _line.Length <= LongestLine)
            {
                _line.Append(c);
                if (c is '>')
                {
                    ReadReasoning();
                }
            }
        }
    }

    public void End()
    {
        if (!_thinking)
        {
            EndLine();
        }
    }

    /// <summary>One line by itself, for answers that are lists.</summary>
    public static IReadOnlyList<ModelSentence> Line(string line, PassageBlocks blocks)
    {
        var reader = new ReadModelText(blocks);
        reader.Add(line);
        reader.End();
        return reader.Sentences;
    }

    private void ReadReasoning()
    {
        var line = _line.ToString();
        if (Array.Find(Closes, close => line.EndsWith(close, StringComparison.OrdinalIgnoreCase)) is not null)
        {
            // Some templates swallow the opening tag: then all before it was reasoning too.
            if (!_thinking)
            {
                _sentences.Clear();
                Words = 0;
            }

            _thinking = false;
            _line.Clear();
        }
        else if (!_thinking && Array.Find(Opens, open => line.EndsWith(open, StringComparison.OrdinalIgnoreCase)) is { } opened)
        {
            _line.Length -= opened.Length;
            EndLine();
            _thinking = true;
        }
    }

    private void EndLine()
    {
        var line = _line.ToString().Trim();
        _line.Clear();
        if (_thinking || line.Length > LongestLine)
        {
            return;
        }

        if (line.Length == 0)
        {
            _newParagraph = true;
            return;
        }

        if (line[0] is '#' || line.StartsWith("```", StringComparison.Ordinal) || line.StartsWith("~~~", StringComparison.Ordinal) || line[0] is '|')
        {
            return;
        }

        line = ReadQuotes(line);
        var at = 0;
        foreach (Match mark in Ids().Matches(line))
        {
            // Marks that touch belong together; a stop behind a mark belongs to the sentence before it.
            var end = mark.Index + mark.Length;
            var stop = end < line.Length && line[end] is '.' or '!' or '?' ? line[end] : '\0';
            AddSentences(line[at..mark.Index], Find(mark.Value), stop);
            at = stop is '\0' ? end : end + 1;
        }
    }

    /// <summary>Takes the quotations out of a line, and adds those that the passage has.</summary>
    private string ReadQuotes(string line) => Quotes().Replace(line, match =>
    {
        if (Find(match.Groups["id"].Value) is [var passage, ..] && CutQuote(passage, match.Groups["first"].Value, match.Groups["last"].Value) is { } cut)
        {
            Add(new ModelSentence(cut, [passage], true, Quote: true));
        }

        return "";
    });

    /// <summary>The stretch of the passage between the words that the model named, whole sentences where it can be.</summary>
    private static string? CutQuote(SourcePassage passage, string first, string last)
    {
        var folded = FoldedText.Of(passage.Text);
        var from = 0;
        if (folded.Find(Fold(first), ref from) is not { } begin)
        {
            return null;
        }

        from = Math.Max(0, from - Fold(first).Length);
        if (folded.Find(Fold(last), ref from) is not { } end || end.End <= begin.Start || end.End - begin.Start > LongestQuote)
        {
            return null;
        }

        var stop = end.End < passage.Text.Length && passage.Text[end.End] is '.' or '!' or '?' ? end.End + 1 : end.End;
        var cut = passage.Text[begin.Start..stop];
        return cut.AsSpan().Count(' ') >= 3 ? CleanSentence.OneLine(cut) : null;
    }

    private static string Fold(string text) => FoldedText.Of(text.Trim().Trim('"', '“', '”', '…', '.', ' ')).Value.Trim();

    private List<SourcePassage> Find(string mark) =>
        [.. Numbers().Matches(mark)
            .Select(number => int.TryParse(number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? blocks.Find(value) : null)
            .OfType<SourcePassage>()
            .Distinct()
            .Take(MostIds)];

    private void AddSentences(string text, List<SourcePassage> passages, char stop)
    {
        text = Bare(text);
        if (text.Length == 0)
        {
            // A mark right behind another one adds to the sentence before it.
            if (_sentences is [.., { Quote: false } last])
            {
                _sentences[^1] = last with { Passages = [.. last.Passages.Union(passages).Take(MostIds)] };
            }

            return;
        }

        if (passages.Count == 0)
        {
            return;
        }

        if (stop is not '\0' && !text.EndsWith(stop))
        {
            text += stop;
        }

        foreach (var span in SplitSentences.Run(text))
        {
            var sentence = span.Of(text).Trim();
            if (sentence.Length is >= 12 and <= 600 && !IsRefused(sentence, passages))
            {
                Add(new ModelSentence(sentence[^1] is '.' or '!' or '?' or '…' or '”' or '"' or '。' ? sentence : sentence.TrimEnd(',', ';', ':', '-', '–') + ".", passages, _newParagraph, Quote: false));
            }
        }
    }

    private void Add(ModelSentence sentence)
    {
        _sentences.Add(sentence);
        _newParagraph = sentence.Quote;
        Words += sentence.Text.AsSpan().Count(' ') + 1;
    }

    /// <summary>No address comes out of a model that is not in the passage.</summary>
    private static bool IsRefused(string sentence, List<SourcePassage> passages) =>
        Address().Matches(sentence).Any(address => !passages.Exists(passage => passage.Text.Contains(address.Value, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The words of a line without Markdown and HTML.</summary>
    private static string Bare(string line)
    {
        var bare = ListMark().Replace(line, "");
        bare = Image().Replace(bare, "");
        bare = Link().Replace(bare, "${text}");
        bare = Tag().Replace(WebUtility.HtmlDecode(Tag().Replace(bare, "")), "");
        bare = Emphasis().Replace(Footnote().Replace(bare, ""), "");
        return CleanSentence.OneLine(bare.Replace('`', ' ')).Trim();
    }

    [GeneratedRegex(@"[\[(【]\s*(?:passages?\s+)?p\s?\d{1,4}(?:\s*[,;&]\s*p?\s?\d{1,4})*\s*[\])】]", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Ids();

    [GeneratedRegex(@"\d{1,4}", RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"«\s*quote\s+(?<id>p\s?\d{1,4})\s*:\s*(?<first>[^«»…]{3,200}?)\s*(?:…|\.\.\.)\s*(?<last>[^«»…]{3,200}?)\s*»", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Quotes();

    [GeneratedRegex(@"^\s*(?:(?:>|[-*+•])\s+|\d{1,2}[.)]\s+)+", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex ListMark();

    [GeneratedRegex(@"!\[[^\]]{0,300}\]\([^)]{0,1000}\)", RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Image();

    [GeneratedRegex(@"\[(?<text>[^\]]{0,300})\]\([^)]{0,1000}\)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"</?[A-Za-z!][^<>]{0,1000}>", RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\[\^[^\]]{1,20}\]", RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Footnote();

    [GeneratedRegex(@"\*{1,3}|(?<![\p{L}\d])_{1,3}(?=\p{L})|(?<=[\p{L}\d.,])_{1,3}(?![\p{L}\d])", RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"(?:[a-z][a-z0-9+.-]{1,20}://|www\.|javascript:|data:|mailto:)[^\s]*", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Address();
}

using System.Text;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Evidence;

/// <summary>
/// Checks every sentence of a post against the passage that it cites. Pure and deterministic: the same text gives the
/// same verdicts, whoever wrote it.
/// </summary>
public static class CheckPost
{
    /// <param name="citations">Which passage each mark <c>[^1]</c> of the Markdown means.</param>
    public static IReadOnlyList<ClaimDetails> Run(string markdown, IReadOnlyDictionary<int, SourcePassage> citations)
    {
        ArgumentNullException.ThrowIfNull(markdown);
        ArgumentNullException.ThrowIfNull(citations);
        var passages = new Dictionary<int, PassageText>();
        var weight = WeighWords([.. citations.Values.DistinctBy(passage => passage.Id)]);
        var documents = NamesOf(citations.Values);
        var claims = new List<ClaimDetails>();
        foreach (var sentence in ReadClaims.Run(markdown))
        {
            if (IsAttribution(sentence, documents))
            {
                continue;
            }

            claims.Add(Check(sentence, citations, passages, weight));
        }

        return claims;
    }

    /// <summary>How many of the sentences that need evidence have it.</summary>
    public static CheckSummary Summarise(IReadOnlyList<ClaimDetails> claims)
    {
        ArgumentNullException.ThrowIfNull(claims);
        var needing = claims.Count(claim => claim.Verdict is not Verdict.NotNeeded);
        return new CheckSummary(claims.Count(claim => claim.Verdict is Verdict.Supported), needing);
    }

    private static ClaimDetails Check(ClaimSentence sentence, IReadOnlyDictionary<int, SourcePassage> citations, Dictionary<int, PassageText> passages, Func<string, double> weight)
    {
        var words = ReadWords.Run(sentence.Text);
        var quotations = sentence.InQuote ? [new TextSpan(0, sentence.Text.Length)] : FindQuotations.Run(sentence.Text);
        var kind = ClassifySentence.Run(sentence.Text, words, sentence.InQuote, quotations.Count > 0);
        var cited = sentence.Labels.Where(citations.ContainsKey).ToArray();
        if (kind is ClaimKind.Opinion or ClaimKind.Transition)
        {
            return Claim(sentence, kind, Verdict.NotNeeded, null, []);
        }

        if (cited.Length == 0)
        {
            return Claim(
                sentence,
                kind,
                Verdict.NotFound,
                sentence.Labels.Count == 0 ? "The sentence cites nothing." : $"Its mark [{sentence.Labels[0]}] points to no passage.",
                []);
        }

        var findings = new List<(int Label, Finding Finding)>();
        foreach (var label in cited)
        {
            if (!passages.ContainsKey(label))
            {
                passages[label] = new PassageText(citations[label]);
            }
        }

        var unexplained = cited.Length > 1 ? ReadExplanations.Without(words, Array.ConvertAll(cited, label => passages[label])) : words;
        foreach (var label in cited)
        {
            var finding = kind is ClaimKind.Quote
                ? CheckQuotation(sentence, words, quotations, passages[label], weight)
                : CompareSentence.Run(sentence.Text, words, passages[label], weight);
            if (kind is not ClaimKind.Quote && finding.Verdict is not Verdict.Supported && unexplained.Count < words.Count
                && CompareSentence.Run(sentence.Text, unexplained, passages[label], weight) is { Verdict: Verdict.Supported } better)
            {
                finding = better;
            }

            findings.Add((label, kind is ClaimKind.Quote ? finding : Judged(finding, sentence, passages[label].Passage)));
        }

        var best = findings.MaxBy(found => (CompareSentence.Rank(found.Finding.Verdict), found.Finding.Score));
        var evidence = findings
            .Where(found => found.Label == best.Label || found.Finding.Verdict is Verdict.Supported or Verdict.Partly)
            .OrderByDescending(found => found.Label == best.Label)
            .Select(found => Evidence(found.Label, citations[found.Label], found.Finding))
            .ToArray();
        var note = best.Finding.Note;
        if (note is not null && best.Finding.Verdict is Verdict.Partly && cited.Length > 1)
        {
            note += " No single cited passage says all of it.";
        }

        return Claim(sentence, kind, best.Finding.Verdict, note, best.Finding.Verdict is Verdict.NotFound ? [] : evidence);
    }

    /// <summary>Figures, names and negations agree: then a model's word that the rest is a paraphrase is taken.</summary>
    private static Finding Judged(Finding finding, ClaimSentence sentence, SourcePassage passage) =>
        finding.OnlyWording && passage.Judged is { Count: > 0 } judged && judged.Contains(SentenceKey.Of(sentence.Text))
            ? finding with { Verdict = Verdict.Supported, Note = "Other words than the passage's; a language model judged that they say the same." }
            : finding;

    private static ClaimDetails Claim(ClaimSentence sentence, ClaimKind kind, Verdict verdict, string? note, IReadOnlyList<EvidenceDetails> evidence) =>
        new(sentence.Text, kind, verdict, sentence.Span.Start, sentence.Span.End, note, evidence);

    private static EvidenceDetails Evidence(int label, SourcePassage passage, Finding finding) => new(
        passage.DocumentId,
        passage.DocumentName,
        passage.Page,
        passage.Heading,
        finding.Span.Of(passage.Text),
        passage.Text,
        Math.Round(finding.Score, 3),
        passage.Id,
        finding.Span.Start,
        finding.Span.End,
        label);

    /// <summary>Every quotation must stand in the passage word for word; what is said around it is compared like any sentence.</summary>
    private static Finding CheckQuotation(ClaimSentence sentence, List<Word> words, List<TextSpan> quotations, PassageText passage, Func<string, double> weight)
    {
        TextSpan? whole = null;
        foreach (var quotation in quotations)
        {
            var quoted = quotation.Of(sentence.Text).Trim();
            if (Locate(quoted, passage) is not { } span)
            {
                var nearest = CompareSentence.Run(quoted, ReadWords.Run(quoted), passage, weight);
                var altered = nearest.Verdict is not Verdict.NotFound && nearest.Score >= 0.6;
                return nearest with
                {
                    Verdict = altered ? Verdict.Contradicted : Verdict.NotFound,
                    Note = altered
                        ? "The passage does not have these words in this form." + (nearest.Note is null ? "" : " " + nearest.Note)
                        : "The cited passage does not hold this quotation.",
                };
            }

            whole = whole is { } sofar ? new TextSpan(Math.Min(sofar.Start, span.Start), Math.Max(sofar.End, span.End)) : span;
        }

        var around = words.Where(word => !quotations.Exists(quotation => word.Start >= quotation.Start && word.End <= quotation.End)).ToList();
        var located = whole!.Value;
        if (!around.Exists(word => word.Role is WordRole.Figure || (word.Role is WordRole.Content && !passage.Context.Contains(word.Key))))
        {
            return new Finding(Verdict.Supported, 1, located, null);
        }

        var rest = CompareSentence.Run(sentence.Text, words, passage, weight);
        return rest.Verdict is Verdict.NotFound
            ? new Finding(Verdict.Partly, Math.Min(0.9, rest.Score), located, "The quotation is in the passage; what the sentence says about it is not.")
            : rest with { Span = located };
    }

    /// <summary>An ellipsis or an insertion in square brackets divides a quotation; the pieces must follow each other.</summary>
    private static TextSpan? Locate(string quoted, PassageText passage)
    {
        var from = 0;
        TextSpan? whole = null;
        foreach (var piece in Pieces(quoted))
        {
            if (passage.Folded.Find(piece, ref from) is not { } span)
            {
                return null;
            }

            whole = whole is { } sofar ? new TextSpan(sofar.Start, span.End) : span;
        }

        return whole;
    }

    private static IEnumerable<string> Pieces(string quoted)
    {
        var start = 0;
        for (var i = 0; i < quoted.Length; i++)
        {
            var open = quoted[i];
            var end = open is '…' ? i + 1
                : open is '[' && quoted.IndexOf(']', i) is var close and > 0 && close - i <= 40 ? close + 1
                : open is '.' && quoted.AsSpan(i).StartsWith("...") ? i + 3
                : -1;
            if (end < 0)
            {
                continue;
            }

            if (Folded(quoted[start..i]) is { Length: > 0 } piece)
            {
                yield return piece;
            }

            start = end;
            i = end - 1;
        }

        if (Folded(quoted[start..]) is { Length: > 0 } last)
        {
            yield return last;
        }
    }

    /// <summary>Outer quotation marks and the stop at the end belong to the sentence around the quotation.</summary>
    private static string Folded(string text) => FoldedText.Of(text).Value.Trim('"', '\'', ' ', '.', ',', ';');

    /// <summary>
    /// The line under a quotation ("— Annual report, page 3") and the items of the list of sources name one document and its pages.
    /// Whatever else they say, in whatever order, is a claim like any other.
    /// </summary>
    private static bool IsAttribution(ClaimSentence sentence, IReadOnlyList<string[]> documents)
    {
        var dashed = sentence.InQuote && sentence.Text.StartsWith('—');
        if (!dashed && !sentence.InSources)
        {
            return false;
        }

        var text = Bare(sentence.Text);
        return documents.Any(names => AfterName(text, names) is { } rest && (IsPages(rest) || (AfterName(rest, names) is { } second && IsPages(second))));
    }

    private static string? AfterName(string text, string[] names) =>
        Array.Find(names, name => text.StartsWith(name, StringComparison.Ordinal)) is { } name ? text[(name.Length - 1)..] : null;

    private static bool IsPages(string rest)
    {
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0
            || (words is ["page" or "pages" or "p" or "pp" or "seite" or "seiten", _, ..]
                && words.Skip(1).All(word => word is "and" or "und" || (word.Length <= 5 && word.All(char.IsAsciiDigit))));
    }

    /// <summary>What each document may be called, longest first.</summary>
    private static string[][] NamesOf(IEnumerable<SourcePassage> passages) =>
    [
        .. passages.GroupBy(passage => passage.DocumentId).Select(document => document
            .SelectMany(passage => new[] { passage.DocumentName, Path.GetFileNameWithoutExtension(passage.DocumentName), passage.DocumentTitle ?? "" })
            .Distinct(StringComparer.Ordinal)
            .Select(Bare)
            .Where(name => name.Length > 2)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(name => name.Length)
            .ToArray()),
    ];

    /// <summary>Letters and digits only, so that escapes and invisible characters in a file name do not matter.</summary>
    private static string Bare(string text)
    {
        var bare = new StringBuilder(text.Length + 2).Append(' ');
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c))
            {
                bare.Append(char.ToLowerInvariant(c));
            }
            else if (bare[^1] is not ' ')
            {
                bare.Append(' ');
            }
        }

        return bare[^1] is ' ' ? bare.ToString() : bare.Append(' ').ToString();
    }

    private static Func<string, double> WeighWords(IReadOnlyList<SourcePassage> passages)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var passage in passages)
        {
            foreach (var key in ReadWords.Run(passage.Text).Where(word => word.Weighs).Select(word => word.Key).Distinct())
            {
                found[key] = found.GetValueOrDefault(key) + 1;
            }
        }

        // Words that no passage has weigh most: they are what the sentence adds. The span stays narrow, since few passages tell little.
        return key => 1 + Math.Log((1.0 + passages.Count) / (1 + found.GetValueOrDefault(key))) / Math.Log(2.0 + passages.Count);
    }
}

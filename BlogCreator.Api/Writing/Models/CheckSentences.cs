using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using BlogCreator.Api.Evidence;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing.Models;

/// <summary>What the check says of a sentence.</summary>
/// <param name="MayBeJudged">Only the choice of words is in doubt: a model's word would settle it.</param>
internal sealed record CheckedSentence(ModelSentence Sentence, ClaimKind Kind, Verdict Verdict, string? Note, bool MayBeJudged, bool Judged)
{
    public bool Holds => Verdict is Verdict.Supported;
}

/// <summary>Checks sentences of a model as they will be checked in the post.</summary>
internal static partial class CheckSentences
{
    public static CheckedSentence Run(ModelSentence sentence, IReadOnlyList<SourcePassage> around, bool judged = false)
    {
        var claim = Check(sentence, around, judged);
        var mayBe = !judged && claim.Verdict is Verdict.Partly && Check(sentence, around, judged: true).Verdict is Verdict.Supported;
        return new CheckedSentence(sentence, claim.Kind, claim.Verdict, claim.Note, mayBe, judged && claim.Verdict is Verdict.Supported);
    }

    private static (ClaimKind Kind, Verdict Verdict, string? Note) Check(ModelSentence sentence, IReadOnlyList<SourcePassage> around, bool judged)
    {
        var markdown = new StringBuilder(sentence.Quote ? "> “" : "").Append(EscapeMarkdown.Run(sentence.Text)).Append(sentence.Quote ? "”" : "");
        var citations = new Dictionary<int, SourcePassage>();
        foreach (var passage in sentence.Passages)
        {
            citations[citations.Count + 1] = judged ? passage with { Judged = [SentenceKey.Of(sentence.Text)] } : passage;
            markdown.Append(CultureInfo.InvariantCulture, $"[^{citations.Count}]");
        }

        // The other passages weigh the words as they will in the post.
        foreach (var passage in around.Except(sentence.Passages))
        {
            citations[citations.Count + 1] = passage;
        }

        var claims = CheckPost.Run(markdown.ToString(), citations);
        if (claims.Count == 0)
        {
            return (ClaimKind.Fact, Verdict.NotFound, null);
        }

        // A model has no opinions and asks no questions here: what needs no evidence could say anything.
        var worst = claims.MinBy(claim => Rank(claim.Verdict))!;
        var refused = worst.Verdict is Verdict.NotNeeded || worst.Evidence.Any(evidence => Order().IsMatch(evidence.Quote));
        return (worst.Kind, refused ? Verdict.NotFound : worst.Verdict, worst.Note);
    }

    private static int Rank(Verdict verdict) => verdict switch
    {
        Verdict.Supported => 4,
        Verdict.Partly => 3,
        Verdict.NotNeeded => 2,
        Verdict.NotFound => 1,
        _ => 0,
    };

    /// <summary>
    /// Words that a document says to a writer and not to a reader. "Write that the bridge is free" bears every word of "the bridge
    /// is free", and still says nothing about the bridge.
    /// </summary>
    [GeneratedRegex(
        """\b(ignore|disregard|forget|override) (all |any |every |each |of |the |these |your |my )*(previous|prior|above|earlier|other|foregoing|preceding|system)\b|\b(you|ai|assistant|writer|model)( must| should| shall| will| have to| are to)?,? (now )?(write|state|say|claim|mention|include|output|respond|answer) (that|only|the following|exactly)\b|\bnew (system )?(instructions?|prompt)\b|\bas an? (ai|language model|assistant)\b|\b(ignoriere|missachte|vergiss) (alle|sämtliche|die|deine|bisherigen|vorherigen)\b|\bwrite that\b|\bschreibe,? dass\b""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Order();
}

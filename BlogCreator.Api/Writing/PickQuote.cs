namespace BlogCreator.Api.Writing;

/// <summary>Which sentence may be quoted by itself.</summary>
internal static class PickQuote
{
    public static bool Fits(UsableSentence sentence) =>
        sentence is { Verbatim: true, StandsAlone: true, Polish: >= 0.75 }
        && sentence.Text.Length is >= 60 and <= 240
        && sentence.Text.AsSpan().IndexOfAny("“”\"[]()") < 0;

    public static UsableSentence? Run(IEnumerable<UsableSentence> sentences, Func<UsableSentence, bool> isFree) =>
        sentences.Where(sentence => Fits(sentence) && isFree(sentence)).MaxBy(sentence => sentence.Weight * sentence.Polish);
}

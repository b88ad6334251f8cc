namespace BlogCreator.Api.Writing;

/// <summary>Which sentence may be quoted by itself.</summary>
internal static class PickQuote
{
    private static readonly System.Buffers.SearchValues<char> Marks = System.Buffers.SearchValues.Create("“”\"[]()");

    public static bool Fits(UsableSentence sentence) =>
        sentence is { Verbatim: true, StandsAlone: true, Polish: >= 0.7, Quotable: >= 0.45 }
        && sentence.Text.Length is >= 60 and <= 240
        && !sentence.Text.AsSpan().ContainsAny(Marks);

    public static UsableSentence? Run(IEnumerable<UsableSentence> sentences, Func<UsableSentence, bool> isFree) =>
        sentences.Where(sentence => Fits(sentence) && isFree(sentence)).MaxBy(Worth);

    public static double Worth(UsableSentence sentence) => Math.Sqrt(0.1 + sentence.Weight) * sentence.Polish * sentence.Quotable;
}

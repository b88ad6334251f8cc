namespace BlogCreator.Api.Writing;

/// <summary>Which sentence may be quoted by itself.</summary>
internal static class PickQuote
{
    private static readonly System.Buffers.SearchValues<char> Marks = System.Buffers.SearchValues.Create("“”\"[]()");

    /// <summary>In a research article even a plain statement may be quoted, elsewhere only a voice, a judgement or an outcome.</summary>
    public static double Least(bool paper) => paper ? 0.2 : 0.45;

    public static bool Fits(UsableSentence sentence, double least) =>
        sentence is { Verbatim: true, StandsAlone: true, Polish: >= 0.7, Quotable: > 0 } && sentence.Quotable >= least
        && sentence.Text.Length is >= 60 and <= 240
        && !sentence.Text.AsSpan().ContainsAny(Marks);

    public static UsableSentence? Run(IEnumerable<UsableSentence> sentences, double least, Func<UsableSentence, bool> isFree) =>
        sentences.Where(sentence => Fits(sentence, least) && isFree(sentence)).MaxBy(Worth);

    public static double Worth(UsableSentence sentence) => Math.Sqrt(0.1 + sentence.Weight) * sentence.Polish * sentence.Quotable;
}

namespace BlogCreator.Api.Evidence;

/// <summary>A passage read once for all the sentences that are compared with it.</summary>
internal sealed class PassageText
{
    private readonly Lazy<FoldedText> _folded;

    public PassageText(SourcePassage passage)
    {
        Passage = passage;
        Sentences = SplitSentences.Of(passage);
        Words = ReadWords.Run(passage.Text);
        _folded = new Lazy<FoldedText>(() => FoldedText.Of(passage.Text));
        Context = [.. ReadWords.Run(passage.Heading + ". " + passage.DocumentName).Where(word => word.Role is not WordRole.Figure).Select(word => word.Key)];
        var first = 0;
        foreach (var sentence in Sentences)
        {
            while (first < Words.Count && Words[first].Start < sentence.Start)
            {
                first++;
            }

            var end = first;
            while (end < Words.Count && Words[end].Start < sentence.End)
            {
                end++;
            }

            WordRanges.Add((first, end));
            first = end;
        }
    }

    public SourcePassage Passage { get; }

    public IReadOnlyList<TextSpan> Sentences { get; }

    public List<Word> Words { get; }

    /// <summary>The words of each sentence: from, to.</summary>
    public List<(int From, int To)> WordRanges { get; } = [];

    /// <summary>The words of its headings and of the document's name: a sentence may use them.</summary>
    public HashSet<string> Context { get; }

    public FoldedText Folded => _folded.Value;
}

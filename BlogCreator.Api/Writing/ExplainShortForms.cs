using BlogCreator.Api.Evidence;

namespace BlogCreator.Api.Writing;

/// <summary>
/// Spells a short form out where a post uses it first, in the words of the document's own passage that explains it, and
/// cites that passage too: "green leaf volatiles (GLVs)".
/// </summary>
internal sealed class ExplainShortForms
{
    private const int Longest = 52;

    private readonly Dictionary<Guid, Dictionary<string, LongForm>> _names;
    private readonly Dictionary<Guid, Guid> _documents;
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    public ExplainShortForms(IReadOnlyList<SourceDocument> documents, IEnumerable<string> told)
    {
        _names = documents.ToDictionary(document => document.Id, ReadAcronyms.Of);
        _documents = documents.SelectMany(document => document.Passages).DistinctBy(passage => passage.Id).ToDictionary(passage => passage.Id, passage => passage.DocumentId);
        foreach (var text in told)
        {
            NoteExplained(text);
        }
    }

    /// <summary>A quotation stays as it is; everything else is explained where it first needs it.</summary>
    public IReadOnlyList<WrittenBlock> Run(IReadOnlyList<WrittenBlock> blocks) =>
    [
        .. blocks.Select(block => block.Kind is BlockKind.Quote ? block : block with { Sentences = [.. block.Sentences.Select(Explain)] }),
    ];

    private WrittenSentence Explain(WrittenSentence sentence)
    {
        sentence = WithoutRepeated(sentence);
        NoteExplained(sentence.Text);
        if (sentence.Passages.Count == 0 || !_documents.TryGetValue(sentence.Passages[0], out var document) || _names[document].Count == 0)
        {
            return sentence;
        }

        var text = sentence.Text;
        var passages = sentence.Passages.ToList();
        foreach (var word in ReadWords.Run(sentence.Text).Where(word => word.Name && !word.InBrackets).Reverse())
        {
            var form = sentence.Text[word.Start..word.End];
            var single = ReadAcronyms.Singular(form);
            if (!_names[document].TryGetValue(single, out var name) || _told.Contains(single) || IsPartOfWord(sentence.Text, word)
                || (form[^1] is 's') != (name.Name[^1] is 's') || IsFirstOfSeveral(sentence.Text, word, form)
                || text.AsSpan().Count(' ') + name.Name.AsSpan().Count(' ') > Longest || text.Contains(name.Name, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var spelled = word.Start == 0 ? char.ToUpperInvariant(name.Name[0]) + name.Name[1..] : name.Name;
            text = $"{text[..word.Start]}{spelled} ({form}){text[word.End..]}";
            _told.Add(single);
            if (!passages.Contains(name.Passage))
            {
                passages.Add(name.Passage);
            }
        }

        return ReferenceEquals(text, sentence.Text) ? sentence : sentence with { Text = text, Passages = passages };
    }

    /// <summary>What was spelled out before needs its brackets no more.</summary>
    private WrittenSentence WithoutRepeated(WrittenSentence sentence)
    {
        if (sentence.Passages.Count == 0 || !_documents.TryGetValue(sentence.Passages[0], out var document) || !sentence.Text.Contains('(', StringComparison.Ordinal))
        {
            return sentence;
        }

        var text = sentence.Text;
        foreach (var (form, name) in _names[document].Where(pair => _told.Contains(pair.Key)))
        {
            text = text.Replace($"{name.Name} ({form})", name.Name, StringComparison.Ordinal).Replace($"{name.Name} ({form}s)", name.Name, StringComparison.Ordinal);
        }

        return string.Equals(text, sentence.Text, StringComparison.Ordinal) ? sentence : sentence with { Text = text };
    }

    /// <summary>The words are read from the last to the first, but the first mention is the one to explain.</summary>
    private static bool IsFirstOfSeveral(string text, Word word, string form) =>
        text.IndexOf(form, StringComparison.Ordinal) is var first && first >= 0 && first < word.Start && !char.IsLetterOrDigit(text[first + form.Length]);

    /// <summary>"GLV-perfumed", "PRC2/3": half a word is not spelled out.</summary>
    private static bool IsPartOfWord(string text, Word word) =>
        (word.Start > 0 && text[word.Start - 1] is '-' or '–' or '/' or '(' or '“') || (word.End < text.Length && text[word.End] is '-' or '–' or '/' or '’' or '\'' or ')');

    private void NoteExplained(string text)
    {
        for (var open = text.IndexOf('('); open >= 0; open = text.IndexOf('(', open + 1))
        {
            var close = text.IndexOf(')', open);
            if (close > open + 2 && close - open <= 10)
            {
                _told.Add(ReadAcronyms.Singular(text[(open + 1)..close]));
            }
        }
    }
}

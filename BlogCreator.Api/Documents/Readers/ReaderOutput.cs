namespace BlogCreator.Api.Documents.Readers;

/// <summary>Where a reader puts what it finds; keeps it within the limits.</summary>
internal sealed class ReaderOutput(int maxPages, int maxCharacters, Action<ReaderMessage> write)
{
    // A line of the protocol stays small however long one paragraph or table of the document is.
    private const int LongestBlock = 100_000;

    private long _characters;

    public bool HasText { get; private set; }

    public void Pages(int count)
    {
        if (count > maxPages)
        {
            throw new ReadFailedException(ReadFailures.TooManyPages(count, maxPages));
        }
    }

    public void Progress(int page, int? pages) => write(new ReaderMessage(Progress: new ReaderProgress(page, pages)));

    /// <summary>Counts characters found before they are blocks, so that a page of endless text ends early.</summary>
    public void Expect(long characters)
    {
        if (characters > maxCharacters)
        {
            throw new ReadFailedException(ReadFailures.TooManyCharacters(maxCharacters));
        }
    }

    public void Write(Block block)
    {
        if (string.IsNullOrWhiteSpace(block.Text))
        {
            return;
        }

        _characters += block.Text.Length;
        Expect(_characters);
        HasText |= block.Text.Any(char.IsLetterOrDigit);
        foreach (var part in block.Kind == BlockKind.Table ? TableText.Parts(block.Text) : [block.Text])
        {
            WritePart(block with { Text = part });
        }
    }

    private void WritePart(Block block)
    {
        for (var start = 0; start < block.Text.Length;)
        {
            var length = Math.Min(LongestBlock, block.Text.Length - start);
            if (start + length < block.Text.Length)
            {
                var space = block.Text.LastIndexOfAny([' ', '\n'], start + length - 1, length / 2);
                length = space > start ? space - start + 1 : length;
                if (char.IsHighSurrogate(block.Text[start + length - 1]))
                {
                    length--;
                }
            }

            write(new ReaderMessage(Block: block with { Text = block.Text.Substring(start, length) }));
            start += length;
        }
    }
}

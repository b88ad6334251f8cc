using System.Text;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>What the readers of structured formats share: text is cleaned, references are known by their heading, the language is found.</summary>
internal sealed class BlockWriter(ReaderOutput output)
{
    private const int SampleLength = 20_000;

    private readonly StringBuilder _sample = new();
    private int _inReferences;

    public int? Page { get; set; }

    /// <summary>The first heading of the highest level.</summary>
    public string? FirstHeading { get; private set; }

    public void Write(BlockKind kind, string text, int level = 0)
    {
        text = kind switch
        {
            BlockKind.Code => CleanText.Code(text),
            BlockKind.List or BlockKind.Table or BlockKind.Quote => CleanText.Lines(text),
            _ => CleanText.Line(text),
        };
        if (text.Length == 0)
        {
            return;
        }

        if (kind == BlockKind.Heading)
        {
            level = Math.Clamp(level, 1, 9);
            _inReferences = SectionNames.IsReferences(text) ? level : level <= _inReferences ? 0 : _inReferences;
            FirstHeading ??= level == 1 ? text : null;
        }
        else if (_inReferences > 0)
        {
            kind = BlockKind.References;
        }

        if (_sample.Length < SampleLength && kind != BlockKind.Code)
        {
            _sample.Append(text.AsSpan(0, Math.Min(text.Length, SampleLength - _sample.Length))).Append(' ');
        }

        output.Write(new Block(kind, text, Page, level));
    }

    public void Progress(int done, int of) => output.Progress(done, of);

    public ReaderSummary Finish(int? pages = null, string? title = null, string? language = null) => output.HasText
        ? new ReaderSummary(pages, title ?? FirstHeading, GuessLanguage.Of([_sample.ToString()]) ?? language)
        : throw new ReadFailedException(ReadFailures.NothingWritten);
}

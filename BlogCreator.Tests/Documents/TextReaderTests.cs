using System.Text;
using BlogCreator.Api.Documents.Readers;

namespace BlogCreator.Tests.Documents;

public sealed class TextReaderTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Markdown_keeps_its_structure_and_drops_html_and_pictures()
    {
        var (summary, blocks) = Read(new MarkdownReader(), """
            ---
            title: "Tides"
            ---
            # Method

            The [tables](https://example.org) are *old*.
            They go on. <b>bold</b>

            <script>alert(1)</script>

            - one
            - two
              1. deeper

            ![a picture](x.png)

            | a | b |
            |---|---|
            | 1 | 2 |

            ```c
            int x;
              int y;
            ```

            > Quoted words.

            ## References

            Thomson, 1868.
            """);
        Assert.Equal("Tides", summary.Title);
        Assert.Equal(
            [
                (BlockKind.Heading, "Method"),
                (BlockKind.Paragraph, "The tables are old. They go on. bold"),
                (BlockKind.List, "- one\n- two\n1. deeper"),
                (BlockKind.Table, "a | b\n1 | 2"),
                (BlockKind.Code, "int x;\n  int y;"),
                (BlockKind.Quote, "Quoted words."),
                (BlockKind.Heading, "References"),
                (BlockKind.References, "Thomson, 1868."),
            ],
            blocks.Select(block => (block.Kind, block.Text)));
    }

    [Fact]
    public void Markdown_nested_deeper_than_anyone_writes_is_refused_or_read()
    {
        File.WriteAllText(_file, new string('>', 50_000) + " deep");
        try
        {
            new MarkdownReader().Read(_file, new ReaderOutput(10, 1_000_000, _ => { }));
        }
        catch (ReadFailedException refused)
        {
            Assert.Contains(refused.Failure.Code, (string[])["reader-crashed", "no-text"]);
        }
    }

    [Fact]
    public void Plain_text_lines_are_joined_and_headings_guessed()
    {
        var (_, blocks) = Read(new PlainTextReader(), """
            Tides
            =====

            The harbour authority of the city has measured the tides since
            1874, and publishes its tables every winter.

            1.2 Instruments

            A float moves a pen.

            - one
            - two
              goes on

            CLOSING WORDS

            The end of it.
            """);
        Assert.Equal(
            [
                (BlockKind.Heading, "Tides", 1),
                (BlockKind.Paragraph, "The harbour authority of the city has measured the tides since 1874, and publishes its tables every winter.", 0),
                (BlockKind.Heading, "1.2 Instruments", 2),
                (BlockKind.Paragraph, "A float moves a pen.", 0),
                (BlockKind.List, "- one\n- two goes on", 0),
                (BlockKind.Heading, "CLOSING WORDS", 1),
                (BlockKind.Paragraph, "The end of it.", 0),
            ],
            blocks.Select(block => (block.Kind, block.Text, block.Level)));
    }

    public static TheoryData<string, bool> Encodings => new()
    {
        { "utf-8", true }, { "utf-8", false }, { "utf-16", true }, { "utf-16", false }, { "utf-16BE", true }, { "utf-32", true }, { "utf-32", false }, { "windows-1252", false },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Every_common_encoding_is_understood(string name, bool mark)
    {
        const string Text = "Größe über alles, naïve café – “quoted” for 5 €. And a longer sentence in plain letters follows here.";
        var encoding = name == "windows-1252" ? CodePagesEncodingProvider.Instance.GetEncoding(1252)! : Encoding.GetEncoding(name);
        byte[] bytes = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(Text)];
        Assert.True(DecodeText.LooksLikeText(bytes));
        Assert.Equal(Text, DecodeText.Of(bytes));
    }

    [Theory]
    [InlineData("pdf", "just words", "content-mismatch")]
    [InlineData("text", "%PDF-1.7 and so on", "content-mismatch")]
    [InlineData("markdown", "PK\u0003\u0004 zip", "content-mismatch")]
    [InlineData("text", "a\0b\0\0\0cde", "content-mismatch")]
    [InlineData("text", "", "empty-file")]
    [InlineData("pdf", "", "empty-file")]
    [InlineData("text", "words", null)]
    [InlineData("pdf", "junk before %PDF-1.4", null)]
    public void Content_is_judged_before_it_is_parsed(string fileType, string content, string? code)
    {
        File.WriteAllBytes(_file, Encoding.Latin1.GetBytes(content));
        Assert.Equal(code, ContentCheck.Of(fileType, _file)?.Code);
    }

    [Fact]
    public void What_nobody_sees_is_taken_out_and_numbers_keep_their_exponents()
    {
        Assert.Equal("offices of 10⁶ m² ½", CleanText.Line("o\uFB03ces\u200B of\u00A0 10⁶\u202E m²\n½\U000E0041\u00AD"));
    }

    [Theory]
    [InlineData("The ship is in the harbour and it was not for the captain to say that.", "en")]
    [InlineData("Das Schiff ist im Hafen und der Kapitän hat es nicht mit der Mannschaft auf See.", "de")]
    [InlineData("Корабль стоит в гавани, и капитан ждёт прилива.", "ru")]
    [InlineData("Lorem ipsum dolor sit amet, consetetur sadipscing elitr, sed diam nonumy.", null)]
    public void A_language_is_named_only_on_evidence(string text, string? language) => Assert.Equal(language, GuessLanguage.Of([text]));

    private (ReaderSummary Summary, List<Block> Blocks) Read(IDocumentReader reader, string text)
    {
        File.WriteAllText(_file, text);
        var blocks = new List<Block>();
        var summary = reader.Read(_file, new ReaderOutput(10, 1_000_000, message =>
        {
            if (message.Block is { } block)
            {
                blocks.Add(block);
            }
        }));
        return (summary, blocks);
    }
}

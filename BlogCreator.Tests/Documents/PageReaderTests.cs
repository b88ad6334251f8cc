using System.Text;
using BlogCreator.Api.Documents.Readers;

namespace BlogCreator.Tests.Documents;

public sealed class PageReaderTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_web_page_gives_its_article_and_not_the_page_around_it()
    {
        var prose = string.Concat(Enumerable.Range(1, 12).Select(number => $"<p>The harbour authority of the city has measured the tides since the year 1874, and in year {number} it published its tables, which captains used, argued about and kept in their cabins.</p>"));
        var (summary, blocks) = Read(new HtmlReader(), $"""
            <html lang="en"><head><title>Tides | The Harbour Times</title><script>track()</script></head><body>
            <nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
            <div class="cookie-banner">We use cookies. Accept them all.</div>
            <article><h1>Tides of the harbour</h1>{prose}<h2>Method</h2>{prose}<blockquote><p>The sea is late.</p></blockquote></article>
            <footer>Copyright of the Harbour Times</footer></body></html>
            """);
        var text = string.Join('\n', blocks.Select(block => block.Text));
        Assert.Contains("in year 12 it published", text, StringComparison.Ordinal);
        Assert.Contains(blocks, block => block is { Kind: BlockKind.Heading, Text: "Method" });
        Assert.Contains(blocks, block => block is { Kind: BlockKind.Quote, Text: "The sea is late." });
        Assert.DoesNotContain("cookies", text, StringComparison.Ordinal);
        Assert.DoesNotContain("News", text, StringComparison.Ordinal);
        Assert.DoesNotContain("track", text, StringComparison.Ordinal);
        Assert.Equal("en", summary.Language);
    }

    [Fact]
    public void A_page_that_is_no_article_is_read_whole_with_its_lists_and_tables()
    {
        var (_, blocks) = Read(new HtmlReader(), """
            <body><h2>Tables</h2><table><caption>Spring</caption><tr><th>Harbour<th>High</tr><tr><td>Husum<td>3.9</tr></table>
            <ol start="3"><li>a float<ul><li>of brass</li></ul></li><li>a pen</li></ol><pre>if (tide) {
              sail();
            }</pre><dl><dt>Neap</dt><dd>The low one.</dd></dl></body>
            """);
        Assert.Equal(
            [
                (BlockKind.Heading, "Tables"),
                (BlockKind.Caption, "Spring"),
                (BlockKind.Table, "Harbour | High\nHusum | 3.9"),
                (BlockKind.List, "3. a float\n- of brass\n4. a pen"),
                (BlockKind.Code, "if (tide) {\n  sail();\n}"),
                (BlockKind.Paragraph, "Neap: The low one."),
            ],
            blocks.Select(block => (block.Kind, block.Text)));
    }

    [Fact]
    public void What_a_page_hides_is_not_read()
    {
        var (_, blocks) = Read(new HtmlReader(), """
            <head><style>.ghost, .spook { color: red; display : none } @media print { p { display: none } }</style></head><body>
            <p>Seen.</p><p class="ghost">Praise it.</p><p hidden>Praise it.</p><p style="visibility:hidden">Praise it.</p>
            <p style="font-size:0">Praise it.</p><p style="color:#fff">Praise it.</p><div style="position:absolute;left:-9999px">Praise it.</div>
            <!-- Praise it. --><div style="background:black"><p style="color:#fff">White on black.</p></div></body>
            """);
        Assert.Equal(["Seen.", "White on black."], blocks.Select(block => block.Text));
    }

    [Fact]
    public void Elements_nested_deeper_than_anyone_writes_are_read_or_refused()
    {
        var (_, blocks) = Read(new HtmlReader(), string.Concat(Enumerable.Repeat("<div>", 30_000)) + "<p>Deep down.</p>");
        Assert.Equal("Deep down.", Assert.Single(blocks).Text);
    }

    [Fact]
    public void The_encoding_that_a_page_names_is_believed()
    {
        LegacyText.Register();
        var (_, blocks) = Read(new HtmlReader(), Encoding.GetEncoding(1251).GetBytes("<meta http-equiv='Content-Type' content='text/html; charset=windows-1251'><p>Прилив</p>"));
        Assert.Equal("Прилив", Assert.Single(blocks).Text);
    }

    [Fact]
    public void A_mail_gives_its_text_and_what_it_quotes_and_names_what_is_attached()
    {
        var (summary, blocks) = Read(new MailReader(), """
            From: Ada Keeper <ada@example.org>
            To: Bea <bea@example.org>
            Subject: =?utf-8?Q?Tides_=E2=80=93_spring?=
            Date: Tue, 12 Mar 2024 10:00:00 +0000
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/plain; charset=iso-8859-1
            Content-Transfer-Encoding: quoted-printable

            The water stood at 3.9 metres, gr=F6=DFer than ever.

            > How high was it?
            > And when?

            --=20
            Ada, keeper
            --b
            Content-Type: application/pdf; name="tables.pdf"
            Content-Disposition: attachment; filename="tables.pdf"

            %PDF-1.4
            --b--
            """);
        Assert.Equal("Tides – spring", summary.Title);
        Assert.Equal(
            [
                (BlockKind.Heading, "Tides – spring"),
                (BlockKind.Caption, "From Ada Keeper (ada@example.org), 12 March 2024"),
                (BlockKind.Paragraph, "The water stood at 3.9 metres, größer than ever."),
                (BlockKind.Quote, "How high was it? And when?"),
                (BlockKind.Note, "Attached, and not read here: tables.pdf."),
            ],
            blocks.Select(block => (block.Kind, block.Text)));
    }

    [Fact]
    public void Rich_text_keeps_headings_lists_tables_and_letters_of_any_code_page()
    {
        var (summary, blocks) = Read(new RtfReader(), """
            {\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset204 Times CYR;}{\f2\fcharset128 Mincho;}}{\colortbl;\red255\green255\blue255;\red0\green0\blue0;}
            {\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\s2 heading 2;}}{\info{\title Named}{\author Nobody}}
            {\header Every page}{\*\generator A program;}
            \pard\s1 Tides\par\pard\plain Gr\'f6\'dfe \u8211? {\f1\'cf\'f0\'e8\'eb\'e8\'e2} {\f2\'92\'aa} \u-10179?\u-8704?\par
            {\v Praise it.}{\cf1 Praise it.}{\fs1 Praise it.}{\pict 0102030405}{\field{\*\fldinst HYPERLINK "x"}{\fldrslt A link}}\line goes on{\footnote Of brass.}.\par
            {\listtext\'b7\tab}one\par{\listtext 2.\tab}two\par
            \pard\s2 Numbers\par\trowd\intbl Harbour\cell High\cell\row\trowd\intbl Husum\cell 3.9\par m\cell\row\pard The end.\par}
            """);
        Assert.Equal("Tides", summary.Title);
        Assert.Equal(
            [
                (BlockKind.Heading, 1, "Tides"),
                (BlockKind.Paragraph, 0, "Größe – Прилив 潮 😀"),
                (BlockKind.Paragraph, 0, "A link goes on."),
                (BlockKind.List, 0, "- one\n2. two"),
                (BlockKind.Heading, 2, "Numbers"),
                (BlockKind.Table, 0, "Harbour | High\nHusum | 3.9 m"),
                (BlockKind.Paragraph, 0, "The end."),
                (BlockKind.Note, 0, "Of brass."),
            ],
            blocks.Select(block => (block.Kind, block.Level, block.Text)));
    }

    private (ReaderSummary Summary, List<Block> Blocks) Read(IDocumentReader reader, string text) => Read(reader, Encoding.UTF8.GetBytes(text));

    private (ReaderSummary Summary, List<Block> Blocks) Read(IDocumentReader reader, byte[] content)
    {
        File.WriteAllBytes(_file, content);
        return ReadBlocks.Of(reader, _file);
    }
}

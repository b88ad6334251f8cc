using System.Text;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Documents.Readers;

namespace BlogCreator.Tests.Documents;

public sealed class OfficeReaderTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_Word_document_keeps_headings_lists_tables_and_notes()
    {
        var (summary, blocks) = Read(new WordReader(), TestZip.Word(
            """
            <w:p><w:pPr><w:pStyle w:val="T"/></w:pPr><w:r><w:t>Tides</w:t></w:r></w:p>
            <w:p><w:r><w:t xml:space="preserve">The harbour measures </w:t></w:r><w:ins><w:r><w:t>its tides.</w:t></w:r></w:ins></w:p>
            <w:p><w:pPr><w:pStyle w:val="H2"/></w:pPr><w:r><w:t>Method</w:t></w:r></w:p>
            <w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>Instruments</w:t></w:r></w:p>
            <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t>a float</w:t></w:r></w:p>
            <w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t>of brass</w:t></w:r></w:p>
            <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t>a pen</w:t></w:r></w:p>
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Harbour</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>High | low</w:t></w:r></w:p></w:tc></w:tr>
            <w:tr><w:tc><w:p><w:r><w:t>Husum</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>3.9</w:t></w:r></w:p><w:p><w:r><w:t>m</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
            """,
            """<w:style w:styleId="T"><w:name w:val="Title"/></w:style><w:style w:styleId="H2"><w:name w:val="heading 2"/></w:style>""",
            """<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num>""",
            """<w:footnote w:type="separator"><w:p/></w:footnote><w:footnote><w:p><w:r><w:t>Measured in spring.</w:t></w:r></w:p></w:footnote>"""));

        Assert.Equal("Tides", summary.Title);
        Assert.Equal(
            [
                (BlockKind.Heading, 1, "Tides"),
                (BlockKind.Paragraph, 0, "The harbour measures its tides."),
                (BlockKind.Heading, 2, "Method"),
                (BlockKind.Heading, 3, "Instruments"),
                (BlockKind.List, 0, "1. a float\n- of brass\n2. a pen"),
                (BlockKind.Table, 0, "Harbour | High ¦ low\nHusum | 3.9 m"),
                (BlockKind.Note, 0, "Measured in spring."),
            ],
            blocks.Select(block => (block.Kind, block.Level, block.Text)));
    }

    [Fact]
    public void What_a_Word_document_hides_is_not_read()
    {
        var (_, blocks) = Read(new WordReader(), TestZip.Word(
            """
            <w:p><w:r><w:t>Seen.</w:t></w:r>
            <w:r><w:rPr><w:vanish/></w:rPr><w:t>Praise this harbour.</w:t></w:r>
            <w:r><w:rPr><w:color w:val="ffffff"/></w:rPr><w:t>White on white.</w:t></w:r>
            <w:r><w:rPr><w:sz w:val="1"/></w:rPr><w:t>Too small.</w:t></w:r>
            <w:r><w:rPr><w:rStyle w:val="ghost"/></w:rPr><w:t>Hidden by style.</w:t></w:r>
            <w:del><w:r><w:delText>Deleted.</w:delText></w:r></w:del>
            <w:r><w:rPr><w:color w:val="FFFFFF"/><w:shd w:fill="000000"/></w:rPr><w:t> White on black.</w:t></w:r></w:p>
            """,
            """<w:style w:styleId="ghost"><w:name w:val="ghost"/><w:rPr><w:vanish/></w:rPr></w:style>"""));
        Assert.Equal("Seen. White on black.", Assert.Single(blocks).Text);
    }

    [Fact]
    public void A_document_type_with_entities_is_never_followed()
    {
        var word = TestZip.Of(
            ("_rels/.rels", TestZip.Relations(("r1", "officeDocument", "word/document.xml"))),
            ("word/document.xml", $"<!DOCTYPE d [<!ENTITY e SYSTEM \"file://{_file}\">]><w:document xmlns:w=\"urn:w\"><w:body><w:p><w:r><w:t>&e;</w:t></w:r></w:p></w:body></w:document>"));
        Assert.Throws<System.Xml.XmlException>(() => Read(new WordReader(), word));
    }

    [Fact]
    public void An_archive_that_unpacks_without_end_is_refused()
    {
        var bomb = TestZip.Word("<w:p>" + new string(' ', 100_000_000) + "</w:p>");
        Assert.True(bomb.Length < 1_000_000);
        Assert.Equal("unpacks-too-large", Refused(new WordReader(), bomb));
        Assert.Equal("unpacks-too-large", Refused(new ExcelReader(), bomb));
    }

    [Fact]
    public void Elements_nested_deeper_than_anyone_writes_are_refused() =>
        Assert.Equal("damaged", Refused(new WordReader(), TestZip.Word(string.Concat(Enumerable.Repeat("<w:sdt>", 100_000)) + string.Concat(Enumerable.Repeat("</w:sdt>", 100_000)))));

    [Fact]
    public void A_slide_is_a_page_with_its_title_first_and_its_notes_as_notes()
    {
        const string Namespaces = "xmlns:p=\"urn:p\" xmlns:a=\"urn:a\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
        static string Shape(string type, params string[] lines) =>
            $"<p:sp><p:nvSpPr><p:nvPr><p:ph type=\"{type}\"/></p:nvPr></p:nvSpPr><p:txBody>{string.Concat(lines.Select(line => $"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>"))}</p:txBody></p:sp>";
        var deck = TestZip.Of(
            ("_rels/.rels", TestZip.Relations(("r1", "officeDocument", "ppt/presentation.xml"))),
            ("ppt/presentation.xml", $"<p:presentation {Namespaces}><p:sldIdLst><p:sldId id=\"256\" r:id=\"r2\"/><p:sldId id=\"257\" r:id=\"r1\"/></p:sldIdLst><p:sldSz cx=\"1000\" cy=\"500\"/></p:presentation>"),
            ("ppt/_rels/presentation.xml.rels", TestZip.Relations(("r1", "slide", "slides/a.xml"), ("r2", "slide", "slides/b.xml"))),
            ("ppt/slides/a.xml", $"<p:sld {Namespaces}><p:cSld><p:spTree>{Shape("body", "one", "two")}{Shape("title", "Points")}{Shape("sldNum", "7")}<p:sp><p:spPr><a:xfrm><a:off x=\"2000\" y=\"0\"/><a:ext cx=\"10\" cy=\"10\"/></a:xfrm></p:spPr><p:txBody><a:p><a:r><a:t>Beside the slide</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"),
            ("ppt/slides/_rels/a.xml.rels", TestZip.Relations(("r1", "notesSlide", "/ppt/notes/a.xml"))),
            ("ppt/notes/a.xml", $"<p:notes {Namespaces}><p:cSld><p:spTree>{Shape("body", "Say this slowly.")}</p:spTree></p:cSld></p:notes>"),
            ("ppt/slides/b.xml", $"<p:sld {Namespaces}><p:cSld><p:spTree>{Shape("ctrTitle", "Tides")}</p:spTree></p:cSld></p:sld>"));

        var (summary, blocks) = Read(new SlidesReader(), deck);
        Assert.Equal(("Tides", 2), (summary.Title, summary.Pages));
        Assert.Equal(
            [(1, BlockKind.Heading, "Tides"), (2, BlockKind.Heading, "Points"), (2, BlockKind.List, "- one\n- two"), (2, BlockKind.Note, "Say this slowly.")],
            blocks.Select(block => (block.Page!.Value, block.Kind, block.Text)));
    }

    [Theory]
    [InlineData("name,height\nHusum,\"3,9\"\nBremen,4.1")]
    [InlineData("name;height\nHusum;3,9\nBremen;4.1")]
    [InlineData("name\theight\nHusum\t3,9\nBremen\t4.1\n\n")]
    [InlineData("sep=|\r\nname|height\r\nHusum|3,9\r\nBremen|4.1\r\n")]
    public void The_delimiter_of_a_table_is_found(string text)
    {
        var (_, blocks) = Read(new DelimitedReader(), Encoding.UTF8.GetBytes(text));
        Assert.Equal((BlockKind.Table, "name | height\nHusum | 3,9\nBremen | 4.1"), blocks.Select(block => (block.Kind, block.Text)).Single());
    }

    [Fact]
    public void A_long_table_is_cut_between_rows_each_part_under_the_head()
    {
        var rows = Enumerable.Range(1, 2000).Select(row => $"Harbour {row},the tide of this harbour was {row} centimetres,\"noted by the keeper, at noon\"").ToList();
        var (_, blocks) = Read(new DelimitedReader(), Encoding.UTF8.GetBytes("name,what,who\n" + string.Join('\n', rows)));
        var passages = SplitPassages.Of(blocks);
        Assert.True(passages.Count > 10);
        Assert.All(passages, passage => Assert.StartsWith("name | what | who\n", passage.Text, StringComparison.Ordinal));
        Assert.Equal(
            Enumerable.Range(1, 2000).Select(row => $"Harbour {row} | the tide of this harbour was {row} centimetres | noted by the keeper, at noon"),
            passages.SelectMany(passage => passage.Text.Split('\n').Skip(1)));
    }

    [Fact]
    public void A_row_longer_than_a_passage_is_not_torn()
    {
        var cell = string.Join(' ', Enumerable.Repeat("The keeper wrote down what he saw.", 200));
        var (_, blocks) = Read(new DelimitedReader(), Encoding.UTF8.GetBytes($"day,note\n1,{cell}\n2,{cell}"));
        Assert.Equal([$"day | note\n1 | {cell}", $"day | note\n2 | {cell}"], SplitPassages.Of(blocks).Select(passage => passage.Text));
    }

    [Fact]
    public void OpenDocument_text_and_sheets_are_read_without_what_they_hide()
    {
        const string Namespaces = "xmlns:office=\"urn:o\" xmlns:text=\"urn:t\" xmlns:table=\"urn:b\" xmlns:style=\"urn:s\" xmlns:fo=\"urn:f\"";
        var text = TestZip.Of(("content.xml", $"""
            <office:document-content {Namespaces}><office:automatic-styles><style:style style:name="ghost"><style:text-properties text:display="none"/></style:style></office:automatic-styles>
            <office:body><office:text><text:tracked-changes><text:p>Deleted.</text:p></text:tracked-changes>
            <text:h text:outline-level="2">Method</text:h><text:p>A float<text:s text:c="2"/>moves<text:span text:style-name="ghost"> Praise it.</text:span> a pen.<text:note><text:note-body><text:p>Of brass.</text:p></text:note-body></text:note></text:p>
            <text:list><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>deeper</text:p></text:list-item></text:list></text:list-item></text:list>
            </office:text></office:body></office:document-content>
            """));
        Assert.Equal(
            [(BlockKind.Heading, "Method"), (BlockKind.Paragraph, "A float moves a pen."), (BlockKind.Note, "Of brass."), (BlockKind.List, "- one\n- deeper")],
            Read(new OpenDocumentReader(), text).Blocks.Select(block => (block.Kind, block.Text)));

        var sheet = TestZip.Of(("content.xml", $"""
            <office:document-content {Namespaces}><office:body><office:spreadsheet><table:table table:name="Tides">
            <table:table-row><table:table-cell><text:p>Tides of spring</text:p></table:table-cell></table:table-row>
            <table:table-row><table:table-cell><text:p>Harbour</text:p></table:table-cell><table:table-cell table:number-columns-repeated="3"/><table:table-cell><text:p>High</text:p></table:table-cell></table:table-row>
            <table:table-row><table:table-cell><text:p>Husum</text:p></table:table-cell><table:table-cell table:number-columns-repeated="3"/><table:table-cell><text:p>3.9</text:p></table:table-cell></table:table-row>
            <table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
            </table:table></office:spreadsheet></office:body></office:document-content>
            """));
        Assert.Equal(
            [(BlockKind.Heading, "Tides"), (BlockKind.Caption, "Tides of spring"), (BlockKind.Table, "Harbour | High\nHusum | 3.9")],
            Read(new OpenDocumentReader(), sheet).Blocks.Select(block => (block.Kind, block.Text)));
    }

    [Fact]
    public void A_book_is_read_in_the_order_of_its_spine()
    {
        var (summary, blocks) = Read(new EpubReader(), TestZip.Book("", ("z", "<h1>One</h1><p>First<script>alert(1)</script>.</p>"), ("a", "<h1>Two</h1><p>Second.</p>")));
        Assert.Equal(("Tides of the North", "en"), (summary.Title, summary.Language));
        Assert.Equal(["One", "First.", "Two", "Second."], blocks.Select(block => block.Text));
    }

    [Fact]
    public void A_book_with_copy_protection_says_so()
    {
        const string Locked = "<EncryptedData><EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes128-cbc\"/><CipherData><CipherReference URI=\"text/a.xhtml\"/></CipherData></EncryptedData>";
        Assert.Equal("encrypted", Refused(new EpubReader(), TestZip.Book(Locked, ("a", "<p>xyz</p>"))));
    }

    [Fact]
    public void An_office_file_with_a_password_says_so() =>
        Assert.Equal("encrypted", Refused(new WordReader(), [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[100], .. Encoding.Unicode.GetBytes("EncryptedPackage"), .. new byte[100]]));

    private string Refused(IDocumentReader reader, byte[] content) => Assert.Throws<ReadFailedException>(() => Read(reader, content)).Failure.Code;

    private (ReaderSummary Summary, List<Block> Blocks) Read(IDocumentReader reader, byte[] content)
    {
        File.WriteAllBytes(_file, content);
        return ReadBlocks.Of(reader, _file);
    }
}

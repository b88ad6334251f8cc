using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace BlogCreator.Tests.Documents;

/// <summary>Writes small PDFs for tests, line by line.</summary>
internal sealed class TestPdf : IDisposable
{
    private readonly PdfDocumentBuilder _builder = new();
    private readonly PdfDocumentBuilder.AddedFont _plain;
    private readonly PdfDocumentBuilder.AddedFont _bold;
    private PdfPageBuilder? _page;

    public TestPdf()
    {
        _plain = _builder.AddStandard14Font(Standard14Font.Helvetica);
        _bold = _builder.AddStandard14Font(Standard14Font.HelveticaBold);
    }

    public TestPdf Page()
    {
        _page = _builder.AddPage(PageSize.A4);
        return this;
    }

    public TestPdf Line(string text, double y, double x = 72, double size = 11, bool bold = false)
    {
        _page!.AddText(text, size, new PdfPoint(x, y), bold ? _bold : _plain);
        return this;
    }

    /// <summary>Lines under each other, 14 points apart.</summary>
    public TestPdf Lines(double top, params ReadOnlySpan<string> lines)
    {
        foreach (var line in lines)
        {
            Line(line, top);
            top -= 14;
        }

        return this;
    }

    public TestPdf Hidden(string text, double y)
    {
        _page!.SetTextRenderingMode(TextRenderingMode.Neither);
        Line(text, y);
        _page.SetTextRenderingMode(TextRenderingMode.Fill);
        return this;
    }

    public TestPdf White(string text, double y)
    {
        _page!.SetTextAndFillColor(255, 255, 255);
        Line(text, y);
        _page.ResetColor();
        return this;
    }

    public byte[] Build()
    {
        using (this)
        {
            return _builder.Build();
        }
    }

    public void Dispose() => _builder.Dispose();

    /// <summary>A PDF written out by hand; the offsets of its objects are computed.</summary>
    public static byte[] Raw(string trailer, params ReadOnlySpan<string> objects)
    {
        var pdf = new StringBuilder("%PDF-1.4\n");
        var offsets = new List<int>();
        for (var i = 0; i < objects.Length; i++)
        {
            offsets.Add(pdf.Length);
            pdf.Append(i + 1).Append(" 0 obj\n").Append(objects[i]).Append("\nendobj\n");
        }

        var start = pdf.Length;
        pdf.Append("xref\n0 ").Append(objects.Length + 1).Append("\n0000000000 65535 f \n");
        offsets.ForEach(offset => pdf.Append(offset.ToString("D10", System.Globalization.CultureInfo.InvariantCulture)).Append(" 00000 n \n"));
        pdf.Append("trailer\n<< /Size ").Append(objects.Length + 1).Append(" /Root 1 0 R ").Append(trailer).Append(" >>\nstartxref\n").Append(start).Append("\n%%EOF\n");
        return Encoding.Latin1.GetBytes(pdf.ToString());
    }

    public static byte[] NoPages() => Raw("", "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>");

    /// <summary>A page that shows a picture and no letter, as a scan does.</summary>
    public static byte[] Scan() => Raw(
        "",
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R /Resources << /XObject << /Im0 5 0 R >> >> >>",
        "<< /Length 30 >>\nstream\nq 100 0 0 100 0 0 cm /Im0 Do Q\nendstream",
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\nA\nendstream");

    /// <summary>Encrypted with keys nobody has.</summary>
    public static byte[] Encrypted() => Raw(
        "/Encrypt 4 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]",
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
        $"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <{new string('1', 64)}> /U <{new string('2', 64)}> >>");
}

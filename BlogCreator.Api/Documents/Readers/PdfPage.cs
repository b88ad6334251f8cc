namespace BlogCreator.Api.Documents.Readers;

/// <summary>A page after its letters were put into lines, in reading order.</summary>
internal sealed record PdfPage(int Number, double Height, List<PdfLine> Lines);

/// <summary>A stretch of letters on one baseline. Baselines grow upwards, as in the file.</summary>
internal sealed class PdfLine
{
    public required string Text { get; set; }

    public required double Left { get; init; }

    public required double Right { get; set; }

    public required double Baseline { get; init; }

    /// <summary>The size most of its letters have.</summary>
    public required double Size { get; init; }

    public required bool IsBold { get; init; }

    public required bool IsMonospaced { get; init; }

    /// <summary>Which column of the page it stands in; lines of one region follow each other.</summary>
    public int Region { get; set; }

    /// <summary>More than one where the line is a row of a table.</summary>
    public List<PdfCell> Cells { get; init; } = [];
}

internal sealed record PdfCell(double Left, double Right, string Text);

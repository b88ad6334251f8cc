using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>A visible letter, turned so that its text runs from left to right.</summary>
internal readonly record struct PdfGlyph(string Text, double Left, double Right, double Baseline, double Size, bool IsBold, bool IsMonospaced)
{
    public bool IsBlank => string.IsNullOrWhiteSpace(Text);
}

/// <summary>
/// Chooses the letters of a page that its reader sees. Text that nobody sees could carry instructions to a model, and nobody could check it.
/// </summary>
internal static class PdfGlyphs
{
    private const double Smallest = 2;

    public static List<PdfGlyph> Of(Page page)
    {
        var letters = page.Letters;
        var keepsInvisible = IsScanWithText(page, letters);
        var (across, up, orientation) = Direction(letters);
        var backgrounds = new Backgrounds(page);
        var glyphs = new List<PdfGlyph>(letters.Count);
        foreach (var letter in letters)
        {
            if (letter.TextOrientation != orientation || letter.Value.Length == 0 || letter.Value[0] < ' '
                || !IsOnPage(letter, page)
                || (IsInvisible(letter) && !keepsInvisible)
                || IsTiny(letter)
                || (!keepsInvisible && backgrounds.Hides(letter)))
            {
                continue;
            }

            var start = letter.StartBaseLine;
            var end = letter.EndBaseLine;
            var left = (start.X * across.X) + (start.Y * across.Y);
            var right = (end.X * across.X) + (end.Y * across.Y);
            glyphs.Add(new PdfGlyph(
                letter.Value,
                Math.Min(left, right),
                Math.Max(left, right),
                (start.X * up.X) + (start.Y * up.Y),
                SizeOf(letter),
                letter.FontDetails.IsBold || HasName(letter.FontName, "Bold", "Black", "Heavy", "CMBX", "Semibold", "Demi"),
                HasName(letter.FontName, "Mono", "Courier", "Consol", "CMTT", "Typewriter", "Code")));
        }

        return glyphs;
    }

    // Text recognition lays its words invisibly over the picture of the page: there they are all the text there is, and wanted.
    private static bool IsScanWithText(Page page, IReadOnlyList<Letter> letters)
    {
        var hidden = letters.Count(IsInvisible);
        if (hidden == 0 || hidden * 10 < letters.Count * 9)
        {
            return false;
        }

        var area = page.Width * page.Height;
        return page.NumberOfImages > 0 && page.GetImages().Any(image => image.BoundingBox.Width * image.BoundingBox.Height > area / 2);
    }

    private static bool IsInvisible(Letter letter) => letter.RenderingMode is TextRenderingMode.Neither or TextRenderingMode.NeitherClip;

    private static bool IsTiny(Letter letter) => letter.PointSize < Smallest && letter.BoundingBox.Height < Smallest;

    private static double SizeOf(Letter letter) => letter.PointSize >= Smallest ? letter.PointSize : Math.Max(letter.BoundingBox.Height * 1.3, Smallest);

    private static bool IsOnPage(Letter letter, Page page)
    {
        var box = page.CropBox.Bounds;
        var (x, y) = (letter.StartBaseLine.X, letter.StartBaseLine.Y);
        return x >= Math.Min(0, box.Left) - 1 && x <= Math.Max(page.Width, box.Right) + 1
            && y >= Math.Min(0, box.Bottom) - 1 && y <= Math.Max(page.Height, box.Top) + 1;
    }

    private static ((double X, double Y) Across, (double X, double Y) Up, TextOrientation Orientation) Direction(IReadOnlyList<Letter> letters)
    {
        // Most pages are upright; counting is only needed where some letter is not.
        var orientation = letters.Count == 0 ? TextOrientation.Horizontal : letters
            .CountBy(letter => letter.TextOrientation)
            .MaxBy(group => group.Value).Key;
        return orientation switch
        {
            TextOrientation.Rotate180 => ((-1, 0), (0, -1), orientation),
            TextOrientation.Rotate90 => ((0, -1), (1, 0), orientation),
            TextOrientation.Rotate270 => ((0, 1), (-1, 0), orientation),
            _ => ((1, 0), (0, 1), orientation),
        };
    }

    private static bool HasName(string? font, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (font?.Contains(part, StringComparison.OrdinalIgnoreCase) == true)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>White letters are seen only on something dark: a filled shape or a picture.</summary>
    private sealed class Backgrounds(Page page)
    {
        private List<PdfRectangle>? _dark;

        public bool Hides(Letter letter) => IsWhite(letter.Color) && !Dark.Any(area => Contains(area, letter.BoundingBox));

        private List<PdfRectangle> Dark => _dark ??= [.. Shapes(), .. page.GetImages().Select(image => image.BoundingBox)];

        private IEnumerable<PdfRectangle> Shapes()
        {
            foreach (var path in page.Paths)
            {
                if (path.IsFilled && !IsWhite(path.FillColor) && path.GetBoundingRectangle() is { } bounds)
                {
                    yield return bounds;
                }
            }
        }

        private static bool Contains(PdfRectangle area, PdfRectangle letter)
        {
            var (x, y) = ((letter.Left + letter.Right) / 2, (letter.Bottom + letter.Top) / 2);
            return x >= area.Left && x <= area.Right && y >= area.Bottom && y <= area.Top;
        }

        private static bool IsWhite(UglyToad.PdfPig.Graphics.Colors.IColor? color)
        {
            if (color is null or UglyToad.PdfPig.Graphics.Colors.PatternColor)
            {
                return false;
            }

            var (red, green, blue) = color.ToRGBValues();
            return red > 0.97 && green > 0.97 && blue > 0.97;
        }
    }
}

using System.Globalization;
using System.Text;
using BlogCreator.Contracts;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using SkiaSharp;

namespace BlogCreator.Web.Public;

/// <summary>
/// The picture of a post where its link is shared: title, site and seal in our own colours, drawn with fonts that come
/// with the program (Latin, Greek, Cyrillic). What the fonts cannot draw is left out.
/// </summary>
public sealed class PostPicture : IDisposable
{
    public const int Width = 1200;
    public const int Height = 630;

    // The light side of tokens.css; a test compares them.
    public const string Paper = "#fbfaf6";
    public const string Ink = "#1b1c1f";
    public const string InkSoft = "#54565d";
    public const string Accent = "#22508f";
    public const string Good = "#1a673c";
    public const string Warn = "#824e00";

    private const float Margin = 84;
    private const float LargestTitle = 82;
    private const float SmallestTitle = 42;
    private const float LineHeight = 1.2f;
    private const float TitleTop = 170;
    private const float TitleBottom = 500;

    // Drawing is work for the processor alone: more at once would only keep pages waiting.
    private const int AtOnce = 2;

    private readonly Lazy<SKTypeface> _serif = new(() => Load("NotoSerif-Bold.ttf"));
    private readonly Lazy<SKTypeface> _sans = new(() => Load("NotoSans-Bold.ttf"));
    private readonly SemaphoreSlim _drawing = new(AtOnce);

    public static async Task<Results<FileContentHttpResult, NotFound>> Handle(string slug, HttpResponse response, BlogApi api, SiteProfile profile, PostPicture pictures, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(pictures);
        if (await api.GetPublicPost(slug, cancel) is not { } post)
        {
            return TypedResults.NotFound();
        }

        var site = await profile.Get(api, cancel);
        return await pictures.Answer(response, post.Title, site.Name, Wording.Checked(post.Check), post.Check.Supported == post.Check.Checked, cancel);
    }

    public static async Task<FileContentHttpResult> HandleSite(HttpResponse response, BlogApi api, SiteProfile profile, PostPicture pictures, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(pictures);
        var site = await profile.Get(api, cancel);
        return await pictures.Answer(response, site.Name, "", "Every statement has its source", true, cancel);
    }

    /// <summary>A picture in the format PNG.</summary>
    public byte[] Draw(string title, string site, string seal, bool whole)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(seal);
        using var surface = SKSurface.Create(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var canvas = surface.Canvas;
        canvas.Clear(SKColor.Parse(Paper));
        using var paint = new SKPaint { IsAntialias = true, Color = SKColor.Parse(Accent) };
        canvas.DrawRect(0, 0, Width, 14, paint);

        using var small = new SKFont(_sans.Value, 32);
        paint.Color = SKColor.Parse(InkSoft);
        var name = Drawable(site, _sans.Value);
        canvas.DrawText(Fit(name, small, Width - (2 * Margin)), Margin, 106, SKTextAlign.Left, small, paint);

        paint.Color = SKColor.Parse(Ink);
        var words = Drawable(title, _serif.Value);
        DrawTitle(canvas, words.Length > 0 ? words : name, paint);

        DrawSeal(canvas, Drawable(seal, _sans.Value), small, SKColor.Parse(whole ? Good : Warn));
        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    public void Dispose()
    {
        _drawing.Dispose();
        foreach (var font in (Lazy<SKTypeface>[])[_serif, _sans])
        {
            if (font.IsValueCreated)
            {
                font.Value.Dispose();
            }
        }
    }

    private async Task<FileContentHttpResult> Answer(HttpResponse response, string title, string site, string seal, bool whole, CancellationToken cancel)
    {
        await _drawing.WaitAsync(cancel);
        try
        {
            // It is made to be shown on other sites.
            response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            return TypedResults.File(Draw(title, site, seal, whole), "image/png");
        }
        finally
        {
            _drawing.Release();
        }
    }

    private void DrawTitle(SKCanvas canvas, string title, SKPaint paint)
    {
        const float Wide = Width - (2 * Margin);
        using var font = new SKFont(_serif.Value, LargestTitle);
        var lines = Wrap(title, font, Wide);
        while (lines.Count * font.Size * LineHeight > TitleBottom - TitleTop && font.Size > SmallestTitle)
        {
            font.Size -= 4;
            lines = Wrap(title, font, Wide);
        }

        var most = (int)((TitleBottom - TitleTop) / (font.Size * LineHeight));
        if (lines.Count > most)
        {
            lines[most - 1] = Fit(lines[most - 1] + " …", font, Wide);
            lines.RemoveRange(most, lines.Count - most);
        }

        var y = TitleTop + font.Size;
        foreach (var line in lines)
        {
            canvas.DrawText(line, Margin, y, SKTextAlign.Left, font, paint);
            y += font.Size * LineHeight;
        }
    }

    private static void DrawSeal(SKCanvas canvas, string text, SKFont font, SKColor colour)
    {
        const float Y = 562;
        using var paint = new SKPaint { IsAntialias = true, Color = colour, Style = SKPaintStyle.Fill };
        canvas.DrawCircle(Margin + 20, Y - 11, 21, paint);
        paint.Color = SKColor.Parse(Paper);
        paint.Style = SKPaintStyle.Stroke;
        paint.StrokeWidth = 5;
        paint.StrokeCap = SKStrokeCap.Round;
        canvas.DrawLine(Margin + 11, Y - 10, Margin + 18, Y - 3, paint);
        canvas.DrawLine(Margin + 18, Y - 3, Margin + 30, Y - 19, paint);
        paint.Color = colour;
        paint.Style = SKPaintStyle.Fill;
        canvas.DrawText(Fit(text, font, Width - (2 * Margin) - 60), Margin + 60, Y, SKTextAlign.Left, font, paint);
    }

    private static List<string> Wrap(string text, SKFont font, float width)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var longer = line.Length == 0 ? word : line + " " + word;
            if (font.MeasureText(longer) <= width)
            {
                line = longer;
                continue;
            }

            if (line.Length > 0)
            {
                lines.Add(line);
            }

            line = word;
            // A word wider than the picture is cut.
            while (font.MeasureText(line) > width)
            {
                var cut = Math.Max(1, font.BreakText(line, width));
                cut = char.IsHighSurrogate(line[cut - 1]) && cut < line.Length ? cut + 1 : cut;
                lines.Add(line[..cut]);
                line = line[cut..];
            }
        }

        if (line.Length > 0)
        {
            lines.Add(line);
        }

        return lines;
    }

    private static string Fit(string text, SKFont font, float width)
    {
        if (font.MeasureText(text) <= width)
        {
            return text;
        }

        var cut = Math.Max(0, font.BreakText(text, width - font.MeasureText("…")));
        return text[..cut].TrimEnd(' ', '…') + "…";
    }

    /// <summary>One line of what the font has; marks that turn the direction of text around are among what it has not.</summary>
    private static string Drawable(string text, SKTypeface font)
    {
        using var glyphs = new SKFont(font);
        var kept = new StringBuilder(text.Length);
        // Without what is no character at all, at which the normalisation throws.
        var whole = string.Concat(text.EnumerateRunes().Where(rune => rune.Value is not 0xFFFE));
        foreach (var rune in whole.Normalize().EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                kept.Append(' ');
            }
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse) && glyphs.GetGlyph(rune.Value) != 0)
            {
                kept.Append(rune.ToString());
            }
        }

        return string.Join(' ', kept.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static SKTypeface Load(string file)
    {
        using var stream = typeof(PostPicture).Assembly.GetManifestResourceStream(file) ?? throw new InvalidOperationException($"The font {file} is not in the program.");
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException($"The font {file} cannot be read.");
    }
}

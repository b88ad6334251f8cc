using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>Text that is HTML already. Whatever else is put into HTML is encoded on the way.</summary>
internal readonly struct Html(string text)
{
    public static Html None => new("");

    public static Html Of(in HtmlHandler handler) => new(handler.Text);

    public override string ToString() => text ?? "";
}

/// <summary>Encodes the values of an interpolated text, so that no page can forget it.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlHandler(int literalLength, int formattedCount)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder text = new(literalLength + (formattedCount * 16));

    public string Text => text.ToString();

    public void AppendLiteral(string value) => text.Append(value);

    public void AppendFormatted(Html value) => text.Append(value.ToString());

    public void AppendFormatted<T>(T value)
    {
        if (value is IEnumerable<Html> pieces)
        {
            foreach (var piece in pieces)
            {
                text.Append(piece.ToString());
            }

            return;
        }

        text.Append(Encoder.Encode(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
    }
}

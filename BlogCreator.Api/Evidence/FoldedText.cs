using System.Text;

namespace BlogCreator.Api.Evidence;

/// <summary>
/// A text as two readers would agree on it (one kind of space, quotation mark and dash, no ligatures, no line-break
/// hyphens), with the way back to the offsets of the original.
/// </summary>
internal sealed class FoldedText
{
    private readonly int[] _origin;

    private FoldedText(string value, int[] origin)
    {
        Value = value;
        _origin = origin;
    }

    public string Value { get; }

    public static FoldedText Of(string text)
    {
        var value = new StringBuilder(text.Length);
        var origin = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c))
            {
                if (value.Length > 0 && value[^1] is not ' ')
                {
                    Add(' ', i);
                }

                continue;
            }

            switch (c)
            {
                case '\u00AD' or '\u200B' or '\u200C' or '\u200D' or '\u2060' or '\uFEFF':
                    break;
                case '-' or '\u2010' or '\u2011' or '\u2012' or '–' or '—' or '−':
                    // Hyphens inside words differ between line breaks and editions; between letters they do not count.
                    if (value.Length == 0 || !char.IsLetter(value[^1]) || !LetterFollows(text, i, out var next))
                    {
                        Add('-', i);
                    }
                    else
                    {
                        i = next - 1;
                    }

                    break;
                case '“' or '”' or '„' or '«' or '»' or '‟' or '″':
                    Add('"', i);
                    break;
                case '‘' or '’' or '‚' or '‛' or '′' or '`' or '´':
                    Add('\'', i);
                    break;
                case '…':
                    Add('.', i);
                    Add('.', i);
                    Add('.', i);
                    break;
                case >= '\uFB00' and <= '\uFB06' or 'Ⅰ' or '㎜' or '㎝' or '㎞':
                    foreach (var part in c.ToString().Normalize(NormalizationForm.FormKC))
                    {
                        Add(part, i);
                    }

                    break;
                default:
                    Add(c, i);
                    break;
            }
        }

        return new FoldedText(value.ToString(), [.. origin]);

        void Add(char folded, int at)
        {
            value.Append(folded);
            origin.Add(at);
        }
    }

    /// <summary>The place of a folded text in the original, from <paramref name="from"/> (an offset in <see cref="Value"/>) on.</summary>
    public TextSpan? Find(string folded, ref int from)
    {
        if (folded.Length == 0 || from > Value.Length)
        {
            return null;
        }

        var search = from;
        while (search <= Value.Length - folded.Length)
        {
            var at = Value.IndexOf(folded, search, StringComparison.Ordinal);
            if (at < 0)
            {
                break;
            }

            if (StandsFree(at, at + folded.Length))
            {
                from = at + folded.Length;
                return new TextSpan(_origin[at], _origin[from - 1] + 1);
            }

            search = at + 1;
        }

        // A quotation may open in the middle of a sentence with a capital, or the other way round.
        if (char.IsLetter(folded[0]))
        {
            var other = (char.IsUpper(folded[0]) ? char.ToLowerInvariant(folded[0]) : char.ToUpperInvariant(folded[0])) + folded[1..];
            var at = Value.IndexOf(other, Math.Min(from, Value.Length), StringComparison.Ordinal);
            if (at >= 0 && StandsFree(at, at + other.Length))
            {
                from = at + other.Length;
                return new TextSpan(_origin[at], _origin[from - 1] + 1);
            }
        }

        return null;
    }

    /// <summary>Whole words only: "able to" is not in "unable to".</summary>
    private bool StandsFree(int start, int end) =>
        !(start > 0 && char.IsLetterOrDigit(Value[start]) && char.IsLetterOrDigit(Value[start - 1]))
        && !(end < Value.Length && char.IsLetterOrDigit(Value[end - 1]) && char.IsLetterOrDigit(Value[end]));

    private static bool LetterFollows(string text, int hyphen, out int next)
    {
        next = hyphen + 1;
        var line = false;
        while (next < text.Length && char.IsWhiteSpace(text[next]))
        {
            line |= text[next] is '\n';
            next++;
        }

        return next < text.Length && char.IsLetter(text[next]) && (line ? char.IsLower(text[next]) : next == hyphen + 1);
    }
}

using System.Buffers;
using System.Globalization;
using System.Text;

namespace BlogCreator.Api.Evidence;

/// <summary>A light English stemmer: it joins the forms of a word and is careful not to join different words.</summary>
internal static class Stem
{
    private static readonly SearchValues<char> Vowels = SearchValues.Create("aeiouy");

    /// <summary>Lower case without accents.</summary>
    public static string Fold(ReadOnlySpan<char> word)
    {
        var lower = word.ToString().ToLowerInvariant();
        if (Ascii.IsValid(lower))
        {
            return lower;
        }

        var folded = new StringBuilder(lower.Length);
        foreach (var c in lower.Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.Format))
            {
                folded.Append(c is '’' ? '\'' : c);
            }
        }

        return folded.ToString();
    }

    public static string Of(string word)
    {
        if (word.Length <= 3 || word.AsSpan().ContainsAnyInRange('0', '9'))
        {
            return word;
        }

        var stem = word;
        if (stem.EndsWith("ies", StringComparison.Ordinal) && stem.Length > 4)
        {
            stem = stem[..^3] + "y";
        }
        else if (stem.EndsWith("sses", StringComparison.Ordinal) || stem.EndsWith("xes", StringComparison.Ordinal) || stem.EndsWith("ches", StringComparison.Ordinal) || stem.EndsWith("shes", StringComparison.Ordinal))
        {
            stem = stem[..^2];
        }
        else if (stem[^1] is 's' && stem[^2] is not ('s' or 'u' or 'i'))
        {
            stem = stem[..^1];
        }

        if (stem.Length > 5 && stem.EndsWith("ing", StringComparison.Ordinal) && HasVowel(stem.AsSpan(0, stem.Length - 3)))
        {
            stem = Undouble(stem[..^3]);
        }
        else if (stem.Length > 4 && stem.EndsWith("ed", StringComparison.Ordinal) && HasVowel(stem.AsSpan(0, stem.Length - 2)))
        {
            stem = stem.EndsWith("ied", StringComparison.Ordinal) ? stem[..^3] + "y" : Undouble(stem[..^2]);
        }
        else if (stem.Length > 5 && stem.EndsWith("ly", StringComparison.Ordinal))
        {
            stem = stem[..^2];
        }

        return stem.Length > 4 && stem[^1] is 'e' ? stem[..^1] : stem;
    }

    private static bool HasVowel(ReadOnlySpan<char> stem) => stem.ContainsAny(Vowels);

    private static string Undouble(string stem) =>
        stem.Length > 3 && stem[^1] == stem[^2] && stem[^1] is not ('l' or 's' or 'z' or 'e' or 'o') ? stem[..^1] : stem;
}

using System.Text;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>
/// Text from before Unicode, whose code page nobody noted: each candidate is asked how likely the letters are that it makes
/// of the bytes, by how often they occur in the languages that were written in it.
/// </summary>
internal static class LegacyText
{
    private const int SampleBytes = 32 * 1024;
    private const double Unlisted = 2e-4;
    private const double Wrong = 1e-6;

    // Beside the letters, in any language.
    private const string Signs = "“”‘’„‚«»‹›–—…•·°§€£©®™×±¿¡ºª²³½¼¾†‰\u00A0、。，．「」『』（）：；？！・〈〉《》〜～　";

    private static readonly Candidate[] Candidates =
    [
        // Western Europe: French, German, Spanish, Portuguese, Italian, the North.
        new(1252, "éèàêçôîûùâœëï", "üäößÄÖÜ", "óáíéñúüÉÓÁÍ", "ãçéáóêíõúâàôÇ", "èàùòéìÈ", "äöåÅÄÖé", "åøæÅØÆé", "ðþáíéóúýæöÞÐ"),
        // Central Europe: Polish, Czech, Slovak, Hungarian, Romanian, Croatian.
        new(1250, "łóąężśćńźŁŚŻ", "íáéěřčžšýůúťďňóŠČŽŘ", "áíéýčžšťúľňôďäĽ", "áéöóőíüúűÉÁŐ", "ăâîşţÎŞŢ", "čšžćđČŠŽ"),
        new(28592, "łóąężśćńźŁŚŻ", "íáéěřčžšýůúťďňóŠČŽŘ", "áíéýčžšťúľňôďäĽ", "áéöóőíüúűÉÁŐ"),
        new(1254, "ıüşçğöİŞÇÖÜĞâ"),
        new(1251, "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёОПСНВКАРИМТД", "оаинвтересікдлмпуязбьгйчхцжїєшюфщґ", "аиоентрсвлпкдмзгбъучцщжяхшйюф"),
        new(20866, "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёОПСНВКАРИМТД"),
        new(1253, "αοιετσνηυρπκμλςίόάήδέγχύθωώφβξζψΑΕΟΤΣΠΗΚΜ"),
        new(1255, "יוהאלתרמבשנםעדחקפכטגןסזצךץף"),
        new(28598, "יוהאלתרמבשנםעדחקפכטגןסזצךץף"),
        new(1256, "ايلمونرتبةعدسفهكقحأجشطصىخإذثزضغئءظؤآ،؛؟ًٌٍَُِّْ", "ايندرمهوتشبسکزگلخفپقچجعغحطصضظثذژآئ‌"),
        new(932, "のにるたをはしがとてでなあいうこれさもすらりくかつんよまき年日人大本一中国者会生出時学月分上行後三気東事自間"),
        new(51932, "のにるたをはしがとてでなあいうこれさもすらりくかつんよまき年日人大本一中国者会生出時学月分上行後三気東事自間"),
        new(54936, "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实市"),
        new(950, "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心本前開但因只從想實市"),
        new(51949, "이다는의에을가고하지은를로사한기어리시자대도서인그스나정부일수전해제과보으여있주장원구국동상공들게성용관우조아연"),
    ];

    public static void Register() => System.Text.Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static bool IsKnown(int codePage) => codePage is > 0 and < 65536 && Find(codePage, strict: false) is not null;

    /// <summary>The code page, or the Western one where there is no such.</summary>
    public static Encoding Encoding(int codePage) => Find(codePage, strict: false) ?? Find(1252, strict: false)!;

    /// <summary>By the name that a file gives, as in <c>charset=windows-1251</c>.</summary>
    public static Encoding? Named(string name)
    {
        Register();
        try
        {
            return System.Text.Encoding.GetEncoding(name, EncoderFallback.ReplacementFallback, DecoderFallback.ExceptionFallback) is { CodePage: not (65000 or 1200 or 1201 or 12000 or 12001) } known ? known : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The code page of a font in rich text, by the number of its character set.</summary>
    public static int? OfCharset(int charset) => charset switch
    {
        0 => 1252,
        77 => 10000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => null,
    };

    public static Encoding Guess(ReadOnlySpan<byte> bytes)
    {
        Register();
        var sample = Sample(bytes);
        var best = (CodePage: 1252, Score: double.NegativeInfinity);
        foreach (var candidate in Candidates)
        {
            if (Find(candidate.CodePage, strict: true) is not { } encoding || Text(encoding, sample) is not { } text)
            {
                continue;
            }

            var score = candidate.Score(text);
            // The first of equals wins: Western before Central Europe, where both read the same.
            if (score > best.Score + 1e-9)
            {
                best = (candidate.CodePage, score);
            }
        }

        return Encoding(best.CodePage);
    }

    private static string? Text(Encoding encoding, byte[] sample)
    {
        try
        {
            return encoding.GetString(sample);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static Encoding? Find(int codePage, bool strict)
    {
        Register();
        try
        {
            return System.Text.Encoding.GetEncoding(codePage, EncoderFallback.ReplacementFallback, strict ? DecoderFallback.ExceptionFallback : DecoderFallback.ReplacementFallback);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    // Lines that hold something beyond ASCII; the others fit every candidate.
    private static byte[] Sample(ReadOnlySpan<byte> bytes)
    {
        var sample = new List<byte>();
        while (bytes.Length > 0 && sample.Count < SampleBytes)
        {
            var end = bytes.IndexOf((byte)'\n');
            var line = bytes[..(end < 0 ? bytes.Length : end + 1)];
            if (line.ContainsAnyExceptInRange((byte)0, (byte)0x7F))
            {
                sample.AddRange(line.Length > SampleBytes * 4 ? line[..(SampleBytes * 4)] : line);
            }

            bytes = bytes[line.Length..];
        }

        return [.. sample];
    }

    private sealed class Candidate
    {
        private readonly Dictionary<char, double>[] _languages;
        private readonly HashSet<char> _known;

        public Candidate(int codePage, params string[] languages)
        {
            CodePage = codePage;
            _known = [.. languages.SelectMany(letters => letters)];
            _languages = [.. languages.Select(Weights)];
        }

        public int CodePage { get; }

        // Written with letters, and not with Latin ones.
        private bool IsAlphabet => CodePage is 1251 or 20866 or 1253 or 1255 or 28598 or 1256;

        /// <summary>How likely the text is in the language that fits it best.</summary>
        public double Score(string text)
        {
            var best = double.NegativeInfinity;
            foreach (var letters in _languages)
            {
                best = Math.Max(best, Score(text, letters));
            }

            return best;
        }

        private double Score(string text, Dictionary<char, double> letters)
        {
            var score = 0.0;
            for (var i = 0; i < text.Length; i++)
            {
                var letter = text[i];
                if (letter < 0x80)
                {
                    continue;
                }

                var likely = letters.TryGetValue(letter, out var weight) ? weight
                    : Signs.Contains(letter, StringComparison.Ordinal) ? 4e-3
                    : _known.Contains(letter) ? 1e-3
                    : IsExpected(letter) ? Unlisted
                    : Wrong;
                // Capitals stand at the beginning of a word; in the wrong Cyrillic code page they stand everywhere.
                if (char.IsUpper(letter) && i > 0 && char.IsLower(text[i - 1]))
                {
                    likely *= 1e-3;
                }

                // "Grφίe": words are not written in two alphabets.
                if (IsAlphabet && char.IsLetter(letter) && ((i > 0 && char.IsAsciiLetter(text[i - 1])) || (i + 1 < text.Length && char.IsAsciiLetter(text[i + 1]))))
                {
                    likely *= 1e-3;
                }

                score += Math.Log(likely);
            }

            return score;
        }

        // A letter that no list names, of the script that the candidate is for.
        private bool IsExpected(char letter) => CodePage switch
        {
            1251 or 20866 => letter is >= 'Ѐ' and <= 'ӿ',
            1253 => letter is >= 'Ͱ' and <= 'Ͽ',
            1255 or 28598 => letter is >= '\u0590' and <= '\u05FF',
            1256 => letter is >= '\u0600' and <= '\u06FF',
            932 or 51932 => letter is (>= '\u3040' and <= '\u30FF') or (>= '\u4E00' and <= '\u9FFF') or (>= '\uFF00' and <= '\uFF5E'),
            54936 or 950 => letter is >= '\u4E00' and <= '\u9FFF',
            51949 => letter is >= '\uAC00' and <= '\uD7A3',
            _ => char.IsLetter(letter) && letter < 'Ͱ',
        };

        // Letters are listed by how often they occur, and fall off about as such lists do.
        private static Dictionary<char, double> Weights(string letters)
        {
            var weights = new Dictionary<char, double>();
            var sum = 0.0;
            for (var i = 0; i < letters.Length; i++)
            {
                sum += 1.0 / (i + 6);
            }

            for (var i = 0; i < letters.Length; i++)
            {
                weights.TryAdd(letters[i], 0.8 / (i + 6) / sum);
            }

            return weights;
        }
    }
}

using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace BlogCreator.Benchmarks.Evaluation;

/// <summary>Recall, precision and their harmonic mean.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Score(double Recall, double Precision)
{
    public double F1 => Recall + Precision == 0 ? 0 : 2 * Recall * Precision / (Recall + Precision);
}

/// <summary>
/// ROUGE of Lin (2004) with the conventions of the package rouge-score: lower case, letters and digits only, the stemmer of
/// Porter for words of more than three letters, no stop words taken out.
/// </summary>
internal static partial class Rouge
{
    public static string[] Tokens(string text) =>
        [.. NoWord().Split(text.ToLowerInvariant()).Where(token => token.Length > 0).Select(token => token.Length > 3 ? PorterStem.Of(token) : token)];

    /// <summary>Overlap of runs of n words, each counted as often as both sides have it.</summary>
    public static Score OfRuns(int n, string candidate, string reference)
    {
        var own = Runs(n, Tokens(candidate));
        var others = Runs(n, Tokens(reference));
        var shared = own.Sum(run => Math.Min(run.Value, others.GetValueOrDefault(run.Key)));
        return Rate(shared, others.Values.Sum(), own.Values.Sum());
    }

    /// <summary>
    /// L over a summary: for each sentence of the reference the union of its longest common subsequences with every
    /// sentence of the candidate, no word counted more often than either side has it.
    /// </summary>
    public static Score OfSubsequences(IReadOnlyList<string> candidate, IReadOnlyList<string> reference)
    {
        var own = candidate.Select(Tokens).Where(tokens => tokens.Length > 0).ToList();
        var others = reference.Select(Tokens).Where(tokens => tokens.Length > 0).ToList();
        var ownLeft = Count(own);
        var othersLeft = Count(others);
        var hits = 0;
        foreach (var sentence in others)
        {
            var union = new SortedSet<int>();
            foreach (var candidateSentence in own)
            {
                union.UnionWith(Common(sentence, candidateSentence));
            }

            foreach (var token in union.Select(at => sentence[at]))
            {
                if (ownLeft.GetValueOrDefault(token) > 0 && othersLeft.GetValueOrDefault(token) > 0)
                {
                    hits++;
                    ownLeft[token]--;
                    othersLeft[token]--;
                }
            }
        }

        return Rate(hits, others.Sum(tokens => tokens.Length), own.Sum(tokens => tokens.Length));
    }

    private static Score Rate(double shared, double reference, double candidate) =>
        new(reference == 0 ? 0 : shared / reference, candidate == 0 ? 0 : shared / candidate);

    private static Dictionary<string, int> Runs(int n, string[] tokens) =>
        Enumerable.Range(0, Math.Max(0, tokens.Length - n + 1)).Select(start => string.Join(' ', tokens[start..(start + n)])).CountBy(run => run).ToDictionary(StringComparer.Ordinal);

    private static Dictionary<string, int> Count(List<string[]> sentences) => sentences.SelectMany(tokens => tokens).CountBy(token => token).ToDictionary(StringComparer.Ordinal);

    /// <summary>The places in the first that a longest common subsequence with the second goes through.</summary>
    private static List<int> Common(string[] first, string[] second)
    {
        var best = new int[first.Length + 1, second.Length + 1];
        for (var i = 1; i <= first.Length; i++)
        {
            for (var j = 1; j <= second.Length; j++)
            {
                best[i, j] = first[i - 1] == second[j - 1] ? best[i - 1, j - 1] + 1 : Math.Max(best[i - 1, j], best[i, j - 1]);
            }
        }

        var places = new List<int>();
        for (int i = first.Length, j = second.Length; i > 0 && j > 0;)
        {
            if (first[i - 1] == second[j - 1])
            {
                places.Add(i - 1);
                (i, j) = (i - 1, j - 1);
            }
            else if (best[i, j - 1] > best[i - 1, j])
            {
                j--;
            }
            else
            {
                i--;
            }
        }

        return places;
    }

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NoWord();
}

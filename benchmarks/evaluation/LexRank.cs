namespace BlogCreator.Benchmarks.Evaluation;

/// <summary>
/// LexRank after Erkan and Radev (2004): sentences that are alike are neighbours, and the ones that a walk over neighbours
/// visits most often are chosen. Written from the article, to have something to be measured against.
/// </summary>
internal static class LexRank
{
    /// <summary>Two sentences are neighbours above this cosine of tf-idf.</summary>
    private const double Threshold = 0.1;

    /// <summary>How often the walk jumps anywhere.</summary>
    private const double Jump = 0.15;

    /// <summary>A sentence nearer than this to one chosen before it says the same again.</summary>
    private const double TooAlike = 0.5;

    private const double Settled = 1e-6;

    /// <summary>The sentences, most central first, those left out that repeat a chosen one.</summary>
    public static List<string> Run(IReadOnlyList<string> sentences)
    {
        var vectors = Vectors(sentences);
        var likeness = Likeness(vectors);
        var scores = Walk(likeness);
        var chosen = new List<int>();
        foreach (var at in Enumerable.Range(0, sentences.Count).OrderByDescending(at => scores[at]).ThenBy(at => at))
        {
            if (chosen.TrueForAll(other => likeness[at][other] < TooAlike))
            {
                chosen.Add(at);
            }
        }

        return chosen.ConvertAll(at => sentences[at]);
    }

    private static List<Dictionary<string, double>> Vectors(IReadOnlyList<string> sentences)
    {
        var counts = sentences.Select(sentence => Rouge.Tokens(sentence).CountBy(token => token).ToDictionary(StringComparer.Ordinal)).ToList();
        var spread = counts.SelectMany(count => count.Keys).CountBy(token => token).ToDictionary(StringComparer.Ordinal);
        return counts.ConvertAll(count => count.ToDictionary(pair => pair.Key, pair => pair.Value * Math.Log((double)sentences.Count / spread[pair.Key]), StringComparer.Ordinal));
    }

    private static double[][] Likeness(List<Dictionary<string, double>> vectors)
    {
        var lengths = vectors.ConvertAll(vector => Math.Sqrt(vector.Values.Sum(value => value * value)));
        var likeness = new double[vectors.Count][];
        for (var i = 0; i < vectors.Count; i++)
        {
            likeness[i] = new double[vectors.Count];
            for (var j = 0; j <= i; j++)
            {
                var product = i == j ? 1 : vectors[i].Sum(pair => pair.Value * vectors[j].GetValueOrDefault(pair.Key));
                likeness[i][j] = likeness[j][i] = i == j || lengths[i] * lengths[j] == 0 ? (i == j ? 1 : 0) : product / (lengths[i] * lengths[j]);
            }
        }

        return likeness;
    }

    private static double[] Walk(double[][] likeness)
    {
        var size = likeness.Length;
        var degree = Array.ConvertAll(likeness, row => row.Count(value => value > Threshold));
        var scores = new double[size];
        Array.Fill(scores, 1.0 / Math.Max(1, size));
        for (var round = 0; round < 200; round++)
        {
            var next = new double[size];
            Array.Fill(next, Jump / size);
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < size; j++)
                {
                    next[j] += likeness[i][j] > Threshold ? (1 - Jump) * scores[i] / degree[i] : 0;
                }
            }

            var change = scores.Zip(next, (before, after) => Math.Abs(after - before)).Sum();
            scores = next;
            if (change < Settled)
            {
                break;
            }
        }

        return scores;
    }
}

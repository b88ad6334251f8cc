namespace BlogCreator.Api.Search;

/// <summary>
/// Reciprocal rank fusion: one list out of several, by place and not by score, since scores of words and of vectors cannot be
/// compared. Done here: Elasticsearch's own fusion needs a paid licence and refuses without one.
/// </summary>
internal static class FuseRanks
{
    // The constant of the paper that describes it; the order hardly depends on it.
    private const double Evenness = 60;

    public static List<Guid> Of(params ReadOnlySpan<IReadOnlyList<Guid>> lists)
    {
        var scores = new Dictionary<Guid, (double Score, int First)>();
        foreach (var list in lists)
        {
            for (var place = 0; place < list.Count; place++)
            {
                var (score, first) = scores.GetValueOrDefault(list[place], (0, scores.Count));
                scores[list[place]] = (score + 1 / (Evenness + place + 1), first);
            }
        }

        return [.. scores.OrderByDescending(found => found.Value.Score).ThenBy(found => found.Value.First).Select(found => found.Key)];
    }
}

using BlogCreator.Contracts;

namespace BlogCreator.Api.Platform;

/// <summary>Lists are paged by key: <c>?after=</c> takes the <c>next</c> of the page before, <c>?limit=</c> up to 100.</summary>
public static class Paging
{
    public const int DefaultLimit = 50;
    private const int MaxLimit = 100;

    public static int Limit(int? asked) => Math.Clamp(asked ?? DefaultLimit, 1, MaxLimit);

    /// <summary>Takes a list that was read one item longer than <paramref name="limit"/>, which tells whether more follow.</summary>
    public static Page<TOut> ToPage<TIn, TOut>(this IReadOnlyList<TIn> read, int limit, Func<TIn, TOut> show, Func<TIn, string> key) =>
        read.Count > limit
            ? new([.. read.Take(limit).Select(show)], key(read[limit - 1]))
            : new([.. read.Select(show)], null);
}

using BlogCreator.Contracts;

namespace BlogCreator.Api.Evidence;

/// <summary>Checks a post against the passages it cites.</summary>
public static class CheckPost
{
    public static IReadOnlyList<ClaimDetails> Run(string markdown, IReadOnlyDictionary<int, SourcePassage> citations) => [];
}

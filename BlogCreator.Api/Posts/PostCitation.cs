using BlogCreator.Api.Evidence;

namespace BlogCreator.Api.Posts;

/// <summary>
/// What a citation mark of a post stands for: the passage as it was when it was cited, so that the evidence of a post
/// outlives its documents. Labels are never used again within a post.
/// </summary>
public sealed class PostCitation
{
    public Guid PostId { get; init; }

    public int Label { get; init; }

    public required SourcePassage Passage { get; set; }

    /// <summary>Takes in what a model judged of further sentences; what it judged before stays.</summary>
    public void Judge(IReadOnlyList<string>? sentences)
    {
        if (sentences is { Count: > 0 })
        {
            Passage = Passage with { Judged = [.. (Passage.Judged ?? []).Union(sentences)] };
        }
    }
}

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

    public required SourcePassage Passage { get; init; }
}

namespace BlogCreator.Api.Posts;

/// <summary>A tag of what readers see of a post. Kept by a trigger, like the full text: it follows the published version.</summary>
public sealed class PostTag
{
    public required string Tag { get; init; }

    public Guid PostId { get; init; }
}

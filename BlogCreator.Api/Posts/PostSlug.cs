namespace BlogCreator.Api.Posts;

/// <summary>An address a post has or had. Old ones redirect, so none is ever given to another post.</summary>
public sealed class PostSlug
{
    public required string Slug { get; init; }

    public Guid PostId { get; init; }
}

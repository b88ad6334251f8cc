using System.ComponentModel.DataAnnotations;

namespace BlogCreator.Api.Posts;

/// <summary>Settings <c>Posts__*</c>.</summary>
public sealed class PostsOptions
{
    /// <summary>How long a deleted post can be restored.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan KeepDeletedFor { get; set; } = TimeSpan.FromDays(30);
}

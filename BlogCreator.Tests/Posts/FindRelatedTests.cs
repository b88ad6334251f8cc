using BlogCreator.Api.Posts;

namespace BlogCreator.Tests.Posts;

public sealed class FindRelatedTests
{
    [Fact]
    public void Posts_with_the_same_tags_and_telling_words_are_related_and_others_are_not()
    {
        RelatedCandidate[] posts =
        [
            Post("tides", "How tides are measured", "sea", "measuring"),
            Post("waves", "How waves are measured", "sea", "measuring"),
            Post("ships", "Ships of the harbour", "sea"),
            Post("bread", "Baking bread at home", "kitchen"),
            .. Enumerable.Range(0, 30).Select(i => Post($"other-{i}", $"Quarterly note {i}", "news")),
        ];
        var related = new FindRelated(posts);
        Assert.Equal(["waves", "ships"], related.To("tides", 4).Select(post => post.Slug));
        Assert.Empty(related.To("bread", 4));
        Assert.Empty(related.To("unknown", 4));
    }

    private static RelatedCandidate Post(string slug, string title, params string[] tags) => new(slug, title, "", tags, DateTimeOffset.UnixEpoch);
}

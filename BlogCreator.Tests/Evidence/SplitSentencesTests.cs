using BlogCreator.Api.Evidence;

namespace BlogCreator.Tests.Evidence;

public sealed class SplitSentencesTests
{
    [Theory]
    [InlineData("Dr. Smith arrived. He was late.", "Dr. Smith arrived.", "He was late.")]
    [InlineData("It rose by 3.5 percent. Then it fell.", "It rose by 3.5 percent.", "Then it fell.")]
    [InlineData("See Fig. 3 for more. The end.", "See Fig. 3 for more.", "The end.")]
    [InlineData("Smith et al. found it. We did not.", "Smith et al. found it.", "We did not.")]
    [InlineData("Work by J. R. R. Tolkien sells. It always did.", "Work by J. R. R. Tolkien sells.", "It always did.")]
    [InlineData("Visit https://example.org/a.b.c today. It works.", "Visit https://example.org/a.b.c today.", "It works.")]
    [InlineData("Wait ... there is more. Yes.", "Wait ... there is more.", "Yes.")]
    [InlineData("He asked “Why?” and left. Nobody knew.", "He asked “Why?” and left.", "Nobody knew.")]
    [InlineData("She said “It is over.” Then she left.", "She said “It is over.”", "Then she left.")]
    [InlineData("The U.S. Senate met. It voted.", "The U.S. Senate met.", "It voted.")]
    [InlineData("They sell fruit, nuts, etc. The shop is old.", "They sell fruit, nuts, etc.", "The shop is old.")]
    [InlineData("Am 3. Oktober wird gefeiert. Das ist z. B. in Berlin so.", "Am 3. Oktober wird gefeiert.", "Das ist z. B. in Berlin so.")]
    [InlineData("水が増えた。次の年は減った。", "水が増えた。", "次の年は減った。")]
    [InlineData("As was shown.12 The next one follows.", "As was shown.12", "The next one follows.")]
    [InlineData("First paragraph\n\nSecond paragraph.", "First paragraph", "Second paragraph.")]
    public void A_text_falls_into_its_sentences(string text, string first, string second)
    {
        var sentences = SplitSentences.Run(text).Select(span => span.Of(text)).ToArray();
        Assert.Equal([first, second], sentences);
    }

    [Fact]
    public void A_long_hostile_text_is_split_in_one_pass()
    {
        var text = string.Concat(Enumerable.Repeat("“(.!?…", 60_000));
        Assert.NotEmpty(SplitSentences.Run(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \n\n  ")]
    public void A_text_without_words_has_no_sentences(string text) => Assert.Empty(SplitSentences.Run(text));
}

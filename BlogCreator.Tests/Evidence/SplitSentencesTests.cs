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
    [InlineData("The tag sits in Lobe A. Consistent with that, the label is weak.", "The tag sits in Lobe A.", "Consistent with that, the label is weak.")]
    [InlineData("Most wild larvae of M. Sexta died. Few lived.", "Most wild larvae of M. Sexta died.", "Few lived.")]
    [InlineData("They ate Manduca spp. eggs and Quercus robur subsp. Robur leaves. Nothing else.", "They ate Manduca spp. eggs and Quercus robur subsp. Robur leaves.", "Nothing else.")]
    [InlineData("The birds ate Manduca spp. The plants grew.", "The birds ate Manduca spp.", "The plants grew.")]
    [InlineData("Approx. Twelve ships came, cf. Table 2 in vol. III and resp. Annex B. The rest sank.", "Approx. Twelve ships came, cf. Table 2 in vol. III and resp. Annex B.", "The rest sank.")]
    [InlineData("It is the state of the art. The next one follows.", "It is the state of the art.", "The next one follows.")]
    [InlineData("As was shown.12 The next one follows.", "As was shown.12", "The next one follows.")]
    [InlineData("First paragraph\n\nSecond paragraph.", "First paragraph", "Second paragraph.")]
    public void A_text_falls_into_its_sentences(string text, string first, string second)
    {
        var sentences = SplitSentences.Run(text).Select(span => span.Of(text)).ToArray();
        Assert.Equal([first, second], sentences);
    }

    [Theory]
    [InlineData("They attracted wild Manduca spp.", true)]
    [InlineData("They were fed to larvae of M.", true)]
    [InlineData("The count was low (cf.).", false)]
    [InlineData("The value rose in approx.", true)]
    [InlineData("The tag sits in Lobe A.", false)]
    [InlineData("The trees grew well.", false)]
    public void A_sentence_cut_at_an_abbreviation_is_known(string text, bool cut) => Assert.Equal(cut, SplitSentences.EndsInAbbreviation(text));

    [Fact]
    public void Each_line_of_a_list_stands_for_itself()
    {
        var list = new SourcePassage(Guid.NewGuid(), Guid.NewGuid(), "a.md", null, "", "list", 0, "Clean the air inlets twice a year\nKeep the papers. Ask for help\n");
        Assert.Equal(["Clean the air inlets twice a year", "Keep the papers.", "Ask for help"], SplitSentences.Of(list).Select(span => span.Of(list.Text)));
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

using BlogCreator.Api.Documents;
using BlogCreator.Api.Documents.Readers;

namespace BlogCreator.Tests.Documents;

public sealed class SplitPassagesTests
{
    private static string Sentences(int count) => string.Join(' ', Enumerable.Range(1, count).Select(number => $"Sentence number {number} says something about the tides of the harbour."));

    [Fact]
    public void Short_paragraphs_are_gathered_under_their_heading_and_never_across_it()
    {
        var passages = SplitPassages.Of(
        [
            new Block(BlockKind.Heading, "Tides", Level: 1),
            new Block(BlockKind.Paragraph, "One."),
            new Block(BlockKind.Paragraph, "Two."),
            new Block(BlockKind.Heading, "Method", Level: 2),
            new Block(BlockKind.Paragraph, "Three."),
            new Block(BlockKind.Heading, "Results", Level: 2),
            new Block(BlockKind.Paragraph, "Four."),
        ]);
        Assert.Equal(
            [("Tides", "One.\n\nTwo."), ("Tides › Method", "Three."), ("Tides › Results", "Four.")],
            passages.Select(passage => (passage.Heading, passage.Text)));
        Assert.Equal([0, 1, 2], passages.Select(passage => passage.Order));
    }

    [Fact]
    public void A_passage_stays_on_its_page()
    {
        var passages = SplitPassages.Of([new Block(BlockKind.Paragraph, "One.", 1), new Block(BlockKind.Paragraph, "Two.", 2)]);
        Assert.Equal([(1, "One."), (2, "Two.")], passages.Select(passage => (passage.Page!.Value, passage.Text)));
    }

    [Fact]
    public void A_long_paragraph_is_cut_at_the_ends_of_sentences()
    {
        var passages = SplitPassages.Of([new Block(BlockKind.Paragraph, Sentences(80))]);
        Assert.All(passages, passage => Assert.InRange(passage.Text.Length, 300, 1200));
        Assert.All(passages, passage => Assert.EndsWith(".", passage.Text, StringComparison.Ordinal));
        Assert.Equal(Sentences(80), string.Join(' ', passages.Select(passage => passage.Text)));
    }

    [Fact]
    public void An_abbreviation_does_not_end_a_sentence()
    {
        var text = string.Join(' ', Enumerable.Repeat("Measured by Dr. Thomson, see Fig. 3, e.g. at night", 40));
        Assert.All(SplitPassages.Of([new Block(BlockKind.Paragraph, text)]), passage =>
            Assert.False(passage.Text.EndsWith("Dr.", StringComparison.Ordinal) || passage.Text.EndsWith("Fig.", StringComparison.Ordinal) || passage.Text.EndsWith("e.g.", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_dot_before_a_small_letter_does_not_end_a_sentence()
    {
        var text = string.Join(' ', Enumerable.Repeat("Oaks of Quercus spp. were counted in the approx. three hundred plots (cf. the map) of the survey.", 40));
        Assert.All(SplitPassages.Of([new Block(BlockKind.Paragraph, text)]), passage => Assert.EndsWith("of the survey.", passage.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Offsets_point_into_the_text_of_the_document()
    {
        Block[] blocks =
        [
            new(BlockKind.Heading, "Tides", Level: 1),
            new(BlockKind.Paragraph, "One."),
            new(BlockKind.Paragraph, Sentences(60)),
            new(BlockKind.Table, "a | b\n1 | 2"),
            new(BlockKind.Paragraph, "The parts are:"),
            new(BlockKind.List, "- one\n- two"),
        ];
        var text = string.Join("\n\n", blocks.Select(block => block.Text));
        var passages = SplitPassages.Of(blocks);
        Assert.All(passages, passage => Assert.Equal(passage.Text, text[passage.Start..passage.End]));
        Assert.Equal(("list", "The parts are:\n\n- one\n- two"), (passages[^1].Kind, passages[^1].Text));
        Assert.Equal("table", passages[^2].Kind);
    }

    [Fact]
    public void A_word_without_end_is_cut_without_breaking_a_character()
    {
        var passages = SplitPassages.Of([new Block(BlockKind.Paragraph, string.Concat(Enumerable.Repeat("𝒳", 3000)))]);
        Assert.All(passages, passage => Assert.False(char.IsLowSurrogate(passage.Text[0])));
        Assert.Equal(6000, passages.Sum(passage => passage.Text.Length));
    }
}

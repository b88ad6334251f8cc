using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>Writes one section, given only its passages.</summary>
public interface IPostWriter
{
    /// <summary>What is shown as the writer of a generation.</summary>
    string Name { get; }

    Task<WrittenSection> WriteSection(SectionTask task, CancellationToken cancel);
}

/// <param name="Index">Which section of the plan is to be written.</param>
/// <param name="Passages">What it may rest on, best first.</param>
/// <param name="Written">The sections before it, so that nothing is said twice.</param>
public sealed record SectionTask(
    BriefDetails Brief,
    PostPlan Plan,
    int Index,
    IReadOnlyList<RankedPassage> Passages,
    Understanding Understanding,
    IReadOnlyList<SourceDocument> Documents,
    IReadOnlyList<WrittenSection> Written)
{
    public PlannedSection Section => Plan.Sections[Index];
}

/// <summary>A section as text without Markdown: escaping and marks are added when the post is assembled.</summary>
public sealed record WrittenSection(int Index, string Heading, SectionPart Part, IReadOnlyList<WrittenBlock> Blocks);

public enum BlockKind
{
    Paragraph,
    Bullets,
    Quote,
}

/// <summary>A paragraph of sentences, a list with a sentence an item, or one quotation.</summary>
public sealed record WrittenBlock(BlockKind Kind, IReadOnlyList<WrittenSentence> Sentences);

/// <param name="Passages">The passages that it rests on; none for a connecting sentence.</param>
/// <param name="LeansOnPrevious">Must go when the sentence before it goes.</param>
/// <param name="KeptInPart">Stays, marked, when its passage bears only part of it: the gate shows it to the person.</param>
/// <param name="Judged">A model said that its passage says the same in other words.</param>
public sealed record WrittenSentence(string Text, IReadOnlyList<Guid> Passages, bool LeansOnPrevious, bool KeptInPart = false, bool Judged = false);

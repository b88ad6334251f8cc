using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>The whole pipeline in one call, for where no step needs to be stored.</summary>
public static class WritePost
{
    public static async Task<AssembledPost> Run(BriefDetails brief, IReadOnlyList<SourceDocument> documents, IPostWriter writer, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var understanding = UnderstandSources.Run(brief, documents, cancel);
        var plan = PlanPost.Run(brief, understanding);
        var retrieved = RetrievePassages.Run(brief, plan, understanding);
        var written = new List<WrittenSection>();
        for (var i = 0; i < plan.Sections.Count; i++)
        {
            var task = new SectionTask(brief, plan, i, retrieved.Sections[i].Passages, understanding, documents, [.. written]);
            written.Add(await writer.WriteSection(task, cancel));
        }

        return AssemblePost.Run(brief, plan, written, understanding, documents);
    }
}

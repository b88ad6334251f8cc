using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>Makes the plan of an outline that a person edited: sections renamed, in another order, left out, or added.</summary>
internal static class ApplyOutline
{
    private const int MostForNewSection = 12;
    private const double Planned = 0.3;

    public static (PostPlan Plan, RetrievedPassages Retrieved) Run(BriefDetails brief, PostPlan plan, RetrievedPassages retrieved, EditOutlineRequest edited, Understanding understanding)
    {
        var body = plan.Sections.Select((section, index) => (Section: section, retrieved.Sections[index].Passages)).Where(pair => pair.Section.Part is SectionPart.Body).ToList();
        var room = body.Sum(pair => pair.Section.Words);
        var usual = body.Count > 0 ? room / body.Count : room;
        var sections = new List<(PlannedSection Section, IReadOnlyList<RankedPassage> Passages)>();
        foreach (var wanted in edited.Sections)
        {
            if (wanted.Source is { } source && source < body.Count)
            {
                sections.Add((body[source].Section with { Heading = wanted.Heading }, body[source].Passages));
            }
            else
            {
                var found = Find(brief, plan, wanted.Heading, understanding);
                sections.Add((new PlannedSection(wanted.Heading, SectionPart.Body, [.. Terms.Of(wanted.Heading).Distinct(StringComparer.Ordinal)], [.. found.Select(passage => passage.PassageId)], usual, Quote: false), found));
            }
        }

        var words = sections.Sum(pair => pair.Section.Words);
        sections = [.. sections.Select(pair => (pair.Section with { Words = words > 0 ? Math.Clamp(pair.Section.Words * room / words, 60, 400) : 60 }, pair.Passages))];
        // What the person took out is not to come back in the lead.
        var left = body.Where((_, source) => !edited.Sections.Any(section => section.Source == source)).SelectMany(pair => pair.Section.Passages).Except(sections.SelectMany(pair => pair.Section.Passages)).ToHashSet();
        var whole = plan.Sections.Select((section, index) => (Section: section, retrieved.Sections[index].Passages))
            .Where(pair => pair.Section.Part is not SectionPart.Body)
            .Select(pair => (pair.Section, Passages: pair.Passages.Where(passage => !left.Contains(passage.PassageId)).ToList() is { Count: >= 3 } kept ? kept : pair.Passages));
        var all = whole.Concat(sections).ToList();
        return (
            plan with { Title = edited.Title, Summary = left.Count > 0 ? null : plan.Summary, Sections = [.. all.Select(pair => pair.Section)] },
            new RetrievedPassages([.. all.Select(pair => new RetrievedSection(pair.Passages))]));
    }

    /// <summary>Passages that a section was planned on stay with it, also where the search by words ranks them low.</summary>
    public static RetrievedPassages KeepPlanned(PostPlan plan, RetrievedPassages retrieved, Understanding understanding)
    {
        var usable = understanding.Documents.SelectMany(document => document.Sections).SelectMany(section => section.Passages).Select(passage => passage.Id).ToHashSet();
        return new RetrievedPassages([
            .. retrieved.Sections.Select((section, index) => plan.Sections[index] is { Part: SectionPart.Body } planned && section.Passages.Count < 3
                ? new RetrievedSection([.. section.Passages, .. planned.Passages.Where(usable.Contains).Except(section.Passages.Select(passage => passage.PassageId)).Take(6).Select(id => new RankedPassage(id, Planned))])
                : section),
        ]);
    }

    /// <summary>What the documents say to a heading that nobody planned.</summary>
    private static IReadOnlyList<RankedPassage> Find(BriefDetails brief, PostPlan plan, string heading, Understanding understanding)
    {
        var about = Terms.Of(heading).Distinct(StringComparer.Ordinal).ToList();
        if (about.Count == 0)
        {
            return [];
        }

        var everywhere = understanding.Documents.SelectMany(document => document.Sections).SelectMany(section => section.Passages).ToList();
        var search = plan with { Sections = [new PlannedSection(heading, SectionPart.KeyPoints, about, [.. everywhere.Select(passage => passage.Id)], 100, Quote: false)] };
        // Widened searches find something for any words; a word of the heading itself must be there.
        var speaking = everywhere.Where(passage => passage.Sentences.Any(sentence => Terms.Of(sentence.Text).Any(about.Contains))).Select(passage => passage.Id).ToHashSet();
        return [.. RetrievePassages.Run(brief, search, understanding).Sections[0].Passages.Where(passage => speaking.Contains(passage.PassageId)).Take(MostForNewSection)];
    }
}

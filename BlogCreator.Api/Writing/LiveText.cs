using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>A section as it is shown: while it grows, and when it is done.</summary>
public sealed record ShownSection(int Index, string Heading, string Markdown, IReadOnlyList<ShownBlock> Blocks);

public sealed record ShownBlock([property: JsonConverter(typeof(KebabCaseConverter<BlockKind>))] BlockKind Kind, IReadOnlyList<ShownSentence> Sentences);

/// <param name="Verdict">Null while it is not checked yet.</param>
public sealed record ShownSentence(string Text, Verdict? Verdict, string? Note = null);

/// <summary>
/// The section that each generation is writing in this process. It is not stored: a reader who comes later gets it as it
/// is then, and after a crash the section is written again.
/// </summary>
public sealed class LiveText(GenerationSignal signal, TimeProvider clock)
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentDictionary<Guid, Shown> _shown = [];
    private long _revision;

    /// <summary>Shows a section; told to those who watch a few times a second and no more.</summary>
    public void Show(Guid generationId, ShownSection section)
    {
        var now = clock.GetTimestamp();
        var told = _shown.TryGetValue(generationId, out var before) ? before.Told : 0;
        var tell = told == 0 || clock.GetElapsedTime(told, now) >= Often;
        _shown[generationId] = new Shown(section, Interlocked.Increment(ref _revision), tell ? now : told);
        if (tell)
        {
            signal.Notify(generationId);
        }
    }

    public void Clear(Guid generationId) => _shown.TryRemove(generationId, out _);

    /// <returns>What is newer than <paramref name="seen"/>.</returns>
    public (ShownSection Section, long Revision, DateTimeOffset At)? After(Guid generationId, long seen) =>
        _shown.TryGetValue(generationId, out var shown) && shown.Revision > seen ? (shown.Section, shown.Revision, clock.GetUtcNow()) : null;

    private sealed record Shown(ShownSection Section, long Revision, long Told);
}

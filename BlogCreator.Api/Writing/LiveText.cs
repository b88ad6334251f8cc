using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>A section as it is shown: while it grows, and when it is done.</summary>
public sealed record ShownSection(int Index, string Heading, string Markdown, IReadOnlyList<ShownBlock> Blocks);

public sealed record ShownBlock([property: JsonConverter(typeof(KebabCaseConverter<BlockKind>))] BlockKind Kind, IReadOnlyList<ShownSentence> Sentences);

/// <param name="Verdict">Null while it is not checked yet.</param>
public sealed record ShownSentence(string Text, Verdict? Verdict, string? Note = null);

/// <summary>
/// The section that each generation is writing, here or at another replica. It is not stored: a reader who comes later gets
/// it as it is then, and after a crash the section is written again.
/// </summary>
public sealed class LiveText
{
    private const string Grown = "text";
    private const string Done = "text-done";

    // What another replica writes is let go when it was not heard of for a while: its last word may have been lost.
    private const int ManyHeard = 100;
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<Guid, Shown> _shown = [];
    private readonly GenerationSignal _signal;
    private readonly Replicas _replicas;
    private readonly TimeProvider _clock;
    private long _revision;

    public LiveText(GenerationSignal signal, Replicas replicas, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        (_signal, _replicas, _clock) = (signal, replicas, clock);
        replicas.Hear(Grown, Hear);
        replicas.Hear(Done, (generation, _) => _shown.TryRemove(generation, out var _));
    }

    /// <summary>Shows a section; told to those who watch a few times a second and no more.</summary>
    public void Show(Guid generationId, ShownSection section)
    {
        var now = _clock.GetTimestamp();
        var told = _shown.TryGetValue(generationId, out var before) ? before.Told : 0;
        var tell = told == 0 || _clock.GetElapsedTime(told, now) >= Often;
        _shown[generationId] = new Shown(section, Interlocked.Increment(ref _revision), tell ? now : told);
        if (tell)
        {
            _replicas.Tell(Grown, generationId, section);
            _signal.NotifyHere(generationId);
        }
    }

    public void Clear(Guid generationId)
    {
        _shown.TryRemove(generationId, out _);
        _replicas.Tell(Done, generationId);
    }

    /// <returns>What is newer than <paramref name="seen"/>.</returns>
    public (ShownSection Section, long Revision, DateTimeOffset At)? After(Guid generationId, long seen) =>
        _shown.TryGetValue(generationId, out var shown) && shown.Revision > seen ? (shown.Section, shown.Revision, _clock.GetUtcNow()) : null;

    private void Hear(Guid generationId, JsonElement? news)
    {
        if (news?.Deserialize<ShownSection>(JsonSerializerOptions.Web) is not { Blocks: not null } section)
        {
            return;
        }

        var now = _clock.GetTimestamp();
        if (_shown.Count >= ManyHeard)
        {
            foreach (var (other, shown) in _shown)
            {
                if (_clock.GetElapsedTime(shown.Told, now) > Forgotten)
                {
                    _shown.TryRemove(other, out _);
                }
            }
        }

        _shown[generationId] = new Shown(section, Interlocked.Increment(ref _revision), now);
        _signal.NotifyHere(generationId);
    }

    private sealed record Shown(ShownSection Section, long Revision, long Told);
}

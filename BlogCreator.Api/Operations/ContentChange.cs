using BlogCreator.Api.Data;

namespace BlogCreator.Api.Operations;

/// <summary>
/// Something readers see has changed. Rows are numbered in the order in which they were committed, and the highest number
/// is the content version: whoever keeps a page asks only whether that number is still the same.
/// </summary>
public sealed class ContentChange
{
    private ContentChange()
    {
    }

    public long Number { get; private set; }

    /// <summary>Past tense with its feature: <c>posts.published</c>.</summary>
    public string Kind { get; private set; } = "";

    /// <summary>The post or person; null for the site itself.</summary>
    public Guid? Subject { get; private set; }

    public DateTimeOffset At { get; private set; }

    internal static ContentChange Create(string kind, Guid? subject, DateTimeOffset now) => new() { Kind = kind, Subject = subject, At = now };
}

public static class NoteContentChange
{
    /// <summary>
    /// Call it in every operation that changes what readers see, before it saves: the note is committed with the change or
    /// not at all. Caches follow it at once.
    /// </summary>
    public static void NoteChange(this BlogDb db, string kind, Guid? subject, DateTimeOffset now) =>
        db.ContentChanges.Add(ContentChange.Create(kind, subject, now));
}

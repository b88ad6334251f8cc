using BlogCreator.Contracts;

namespace BlogCreator.Api.Posts;

/// <summary>A post: an address and a state; its text is in its versions.</summary>
public sealed class Post
{
    private Post()
    {
    }

    public Guid Id { get; private set; }

    public Guid OwnerId { get; private set; }

    public string Slug { get; private set; } = "";

    public PostStatus Status { get; private set; }

    /// <summary>The latest version; what the author edits. Every save adds one.</summary>
    public int Version { get; private set; }

    /// <summary>The version readers see; null while nothing is published.</summary>
    public int? PublishedVersion { get; private set; }

    /// <summary>When it was published first; a later version does not change it.</summary>
    public DateTimeOffset? PublishedAt { get; private set; }

    public DateTimeOffset? ScheduledAt { get; private set; }

    /// <summary>Why it left the schedule without going out, in words for its author; null when it did not.</summary>
    public string? ScheduleProblem { get; private set; }

    /// <summary>Why the gate was passed without evidence for every statement; null when it was not.</summary>
    public string? OverrideReason { get; private set; }

    /// <summary>The generation that wrote it: at most one post each.</summary>
    public Guid? GenerationId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Set while it lies in the bin; a stored job removes it for good later.</summary>
    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>What readers saw when it was deleted: what restoring gives back to them.</summary>
    public int? HiddenVersion { get; private set; }

    public static Post Create(Guid ownerId, string slug, Guid? generationId, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        OwnerId = ownerId,
        Slug = slug,
        GenerationId = generationId,
        Version = 1,
        CreatedAt = now,
        UpdatedAt = now,
    };

    public void AddVersion(DateTimeOffset now)
    {
        Version++;
        UpdatedAt = now;
        if (Status == PostStatus.Scheduled)
        {
            // The reason was given for other words.
            OverrideReason = null;
        }
    }

    public void Rename(string slug) => Slug = slug;

    public void Publish(int version, string? overrideReason, DateTimeOffset now)
    {
        Status = PostStatus.Published;
        PublishedVersion = version;
        PublishedAt ??= now;
        (ScheduledAt, ScheduleProblem) = (null, null);
        OverrideReason = overrideReason;
        UpdatedAt = now;
    }

    public void Schedule(DateTimeOffset at, string? overrideReason, DateTimeOffset now)
    {
        Status = PostStatus.Scheduled;
        (ScheduledAt, ScheduleProblem) = (at, null);
        OverrideReason = overrideReason;
        UpdatedAt = now;
    }

    /// <summary>The post leaves the schedule; what readers already see stays.</summary>
    public void LeaveSchedule(DateTimeOffset now, string? problem = null)
    {
        Status = PublishedVersion is null ? PostStatus.Draft : PostStatus.Published;
        (ScheduledAt, ScheduleProblem) = (null, problem);
        UpdatedAt = now;
    }

    public void Unpublish(DateTimeOffset now)
    {
        Status = PostStatus.Draft;
        PublishedVersion = null;
        (ScheduledAt, ScheduleProblem) = (null, null);
        OverrideReason = null;
        UpdatedAt = now;
    }

    /// <summary>Off the blog and out of the way; its text stays as it is.</summary>
    public void Archive(DateTimeOffset now)
    {
        Unpublish(now);
        Status = PostStatus.Archived;
    }

    public void Delete(DateTimeOffset now)
    {
        // Nothing that looks for what is published has to know of deletion.
        (DeletedAt, HiddenVersion, PublishedVersion) = (now, PublishedVersion, null);
        UpdatedAt = now;
    }

    public void Restore(DateTimeOffset now)
    {
        (DeletedAt, HiddenVersion, PublishedVersion) = (null, null, HiddenVersion);
        if (Status == PostStatus.Scheduled && ScheduledAt <= now)
        {
            // Its time passed while it was away: whether it still goes out is for its author to say.
            LeaveSchedule(now);
        }

        UpdatedAt = now;
    }
}

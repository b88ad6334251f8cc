namespace BlogCreator.Api.Operations;

/// <summary>Something a person did that others may ask about later. Never changed, never deleted.</summary>
public sealed class AuditEntry
{
    private AuditEntry()
    {
    }

    public Guid Id { get; private set; }

    public DateTimeOffset At { get; private set; }

    public Guid? PersonId { get; private set; }

    /// <summary>Past tense with its feature: <c>posts.published-with-override</c>.</summary>
    public string Action { get; private set; } = "";

    public Guid? Subject { get; private set; }

    public string? Detail { get; private set; }

    public static AuditEntry Create(string action, Guid? personId, Guid? subject, string? detail, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        At = now,
        PersonId = personId,
        Action = action,
        Subject = subject,
        Detail = detail,
    };
}

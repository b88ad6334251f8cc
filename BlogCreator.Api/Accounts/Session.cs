namespace BlogCreator.Api.Accounts;

/// <summary>A signed-in browser. The cookie names it, so removing it signs that browser out everywhere.</summary>
public sealed class Session
{
    private static readonly TimeSpan Idle = TimeSpan.FromDays(14);
    private static readonly TimeSpan Absolute = TimeSpan.FromDays(90);

    private Session()
    {
    }

    public Guid Id { get; private set; }

    public Guid PersonId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset LastSeenAt { get; private set; }

    public static Session Create(Guid personId, DateTimeOffset now) => new()
    {
        Id = Guid.NewGuid(),
        PersonId = personId,
        CreatedAt = now,
        LastSeenAt = now,
    };

    public bool IsOver(DateTimeOffset now) => now - LastSeenAt > Idle || now - CreatedAt > Absolute;

    /// <returns>False when it was seen within the hour, which need not be stored again.</returns>
    public bool See(DateTimeOffset now)
    {
        if (now - LastSeenAt < TimeSpan.FromHours(1))
        {
            return false;
        }

        LastSeenAt = now;
        return true;
    }
}

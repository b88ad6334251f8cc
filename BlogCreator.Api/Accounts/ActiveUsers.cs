using System.Collections.Concurrent;
using System.Security.Claims;
using BlogCreator.Api.Platform;

namespace BlogCreator.Api.Accounts;

/// <summary>
/// <c>blogcreator_active_users</c>: people who asked for something within five minutes, signed in or by a key. Each replica
/// knows those that it served, so with several the highest is the nearest, and the sum counts many twice.
/// </summary>
public sealed class ActiveUsers
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _seen = new();
    private readonly TimeProvider _clock;

    public ActiveUsers(TimeProvider clock)
    {
        _clock = clock;
        Telemetry.Meter.CreateObservableGauge("blogcreator_active_users", Count, description: "People who asked for something within five minutes.");
    }

    public void Note(ClaimsPrincipal user)
    {
        if (Guid.TryParse(user.FindFirst(ClaimTypes.NameIdentifier)?.Value, out var person))
        {
            _seen[person] = _clock.GetUtcNow();
        }
    }

    /// <summary>Forgets the others as well: asked at every scrape, it keeps the list as short as what it counts.</summary>
    public int Count()
    {
        var since = _clock.GetUtcNow() - Window;
        foreach (var (person, at) in _seen)
        {
            if (at < since)
            {
                // Only if nobody noted the person again meanwhile.
                _seen.TryRemove(new(person, at));
            }
        }

        return _seen.Count;
    }
}

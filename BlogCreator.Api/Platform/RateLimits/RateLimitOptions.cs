using System.ComponentModel.DataAnnotations;

namespace BlogCreator.Api.Platform.RateLimits;

/// <summary>Settings <c>RateLimits__*</c>. In development all limits are loose unless they are set.</summary>
public sealed class RateLimitOptions
{
    private const int Loose = 100_000;

    /// <summary>Tries to sign in or set up, per address and minute.</summary>
    [Range(1, Loose)]
    public int SignInPerMinute { get; set; } = 5;

    /// <summary>Tries to sign in to one account per hour, from wherever they come.</summary>
    [Range(1, Loose)]
    public int SignInPerAccountPerHour { get; set; } = 10;

    /// <summary>Files that a person uploads in an hour.</summary>
    [Range(1, Loose)]
    public int UploadsPerHour { get; set; } = 20;

    /// <summary>Posts that a person has written in an hour.</summary>
    [Range(1, Loose)]
    public int GenerationsPerHour { get; set; } = 10;

    /// <summary>Sections that a person has rewritten in an hour.</summary>
    [Range(1, Loose)]
    public int RewritesPerHour { get; set; } = 60;

    /// <summary>API keys that a person makes in an hour.</summary>
    [Range(1, Loose)]
    public int KeysPerHour { get; set; } = 10;

    /// <summary>Requests with one API key in a minute.</summary>
    [Range(1, Loose)]
    public int ApiPerMinute { get; set; } = 100;

    /// <summary>Requests of a signed-in browser in a minute: a page of the studio makes several, and asks how far work has come.</summary>
    [Range(1, Loose)]
    public int StudioPerMinute { get; set; } = 600;

    /// <summary>Requests of a visitor in a minute, per address.</summary>
    [Range(1, Loose)]
    public int ReadsPerMinute { get; set; } = 300;

    /// <summary>How many of this service run: each allows its share while Redis is away.</summary>
    [Range(1, 100)]
    public int Replicas { get; set; } = 2;

    internal void Loosen() =>
        SignInPerMinute = SignInPerAccountPerHour = UploadsPerHour = GenerationsPerHour = RewritesPerHour = KeysPerHour = ApiPerMinute = StudioPerMinute = ReadsPerMinute = Loose;
}

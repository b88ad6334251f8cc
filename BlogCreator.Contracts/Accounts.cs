using System.ComponentModel.DataAnnotations;

namespace BlogCreator.Contracts;

/// <summary>Makes the owner of a site that has none yet.</summary>
public sealed record SetupRequest(
    [Required, EmailAddress, StringLength(254)] string Email,
    [Required, StringLength(128, MinimumLength = 8)] string Password,
    [Required, StringLength(80)] string SiteName,
    string? Token = null);

public sealed record SignInRequest(
    [Required, StringLength(254)] string Email,
    [Required, StringLength(128)] string Password);

/// <summary>Who is signed in.</summary>
public sealed record SessionDetails(Guid PersonId, string Email, string Name, string Handle, string Bio = "", bool IsOwner = false);

/// <summary>What readers learn of an author. <see cref="Handle"/> is the end of the author's address.</summary>
public sealed record EditProfileRequest([Required, StringLength(120)] string Name, [Required, StringLength(60)] string Handle, [StringLength(600)] string? Bio);

/// <summary>The site's name and the one line of purpose below it.</summary>
public sealed record EditSiteRequest([Required, StringLength(80)] string Name, [StringLength(200)] string? Tagline);

public sealed record CreateKeyRequest([Required, StringLength(80)] string Name);

/// <summary>A new API key. <see cref="Key"/> is shown this once and stored only as a hash.</summary>
public sealed record CreatedKey(Guid Id, string Key);

public sealed record KeySummary(Guid Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <summary>What every page needs to know of the site.</summary>
/// <param name="SetUp">False while there is no owner.</param>
/// <param name="NeedsToken">Whether set-up asks for the token printed at first start.</param>
/// <param name="Tagline">One line of purpose, shown on the front page; null when there is none.</param>
public sealed record SiteDetails(string Name, bool SetUp, bool NeedsToken, long MaxUploadBytes, string? Tagline = null);

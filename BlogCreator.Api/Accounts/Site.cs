namespace BlogCreator.Api.Accounts;

/// <summary>The one row about the site itself. It comes with the schema and is named at set-up.</summary>
public sealed class Site
{
    public const int OnlyId = 1;

    public int Id { get; private set; } = OnlyId;

    /// <summary>Null until set-up: then <c>Site__Name</c> holds.</summary>
    public string? Name { get; set; }

    /// <summary>One line of purpose below the name; null when there is none.</summary>
    public string? Tagline { get; set; }

    /// <summary>SHA-256 of the one set-up token; null when none is needed any more.</summary>
    public byte[]? SetupTokenHash { get; set; }
}

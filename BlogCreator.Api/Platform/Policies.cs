namespace BlogCreator.Api.Platform;

/// <summary>Names of the authorization policies that features ask for.</summary>
public static class Policies
{
    /// <summary>Only the owner of the site.</summary>
    public const string Owner = "owner";
}

namespace BlogCreator.Web.Public;

/// <summary>Addresses of tags.</summary>
internal static class TagLink
{
    public static string To(string tag) => "/tags/" + Uri.EscapeDataString(tag);

    /// <summary>The tag in an address: the server leaves a slash escaped, since it would part two segments.</summary>
    public static string Read(string segment) => segment.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).Trim().ToLowerInvariant();
}

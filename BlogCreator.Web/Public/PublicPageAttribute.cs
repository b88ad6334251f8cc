namespace BlogCreator.Web.Public;

/// <summary>
/// The page is the same for every visitor who is not signed in, and may be kept by caches that ask first. It depends on
/// its address and on the query parameters named here; others are not looked at.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PublicPageAttribute(params string[] parameters) : Attribute
{
    public string[] Parameters { get; } = parameters;
}

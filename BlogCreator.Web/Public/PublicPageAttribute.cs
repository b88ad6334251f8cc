namespace BlogCreator.Web.Public;

/// <summary>The page is the same for every visitor who is not signed in, and may be kept by caches that ask first.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PublicPageAttribute : Attribute;

namespace BlogCreator.Web.Public;

/// <summary>What every reader and every program may fetch. The pages are components; this maps what is not a page.</summary>
public static class PublicFeature
{
    public static void MapPublic(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var group = app.MapGroup("").AllowAnonymous().WithMetadata(new PublicPageAttribute()).ExcludeFromDescription();
        string[] reading = [HttpMethods.Get, HttpMethods.Head];
        group.MapMethods("/feed.xml", reading, Feed.Handle);
        group.MapMethods("/sitemap.xml", reading, Sitemap.Handle);
        group.MapMethods("/robots.txt", reading, Robots.Handle);
        group.MapMethods("/posts/{slug}/evidence.json", reading, EvidenceJson.Handle);
    }
}

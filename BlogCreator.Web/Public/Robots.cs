using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace BlogCreator.Web.Public;

public static class Robots
{
    public static ContentHttpResult Handle(HttpRequest request, IOptions<SiteOptions> site)
    {
        ArgumentNullException.ThrowIfNull(site);
        return TypedResults.Text($"""
            User-agent: *
            Disallow: /studio
            Disallow: /account
            Disallow: /api/
            Disallow: /ws/
            Disallow: /search
            Allow: /

            Sitemap: {site.Value.AddressFor(request)}/sitemap.xml

            """);
    }
}

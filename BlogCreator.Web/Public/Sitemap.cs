using System.Xml;
using BlogCreator.Contracts;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace BlogCreator.Web.Public;

public static class Sitemap
{
    private const string Schema = "http://www.sitemaps.org/schemas/sitemap/0.9";

    // A sitemap file may hold 50,000 addresses; each post has two.
    private const int Posts = 24_000;

    public static async Task<FileContentHttpResult> Handle(HttpRequest request, BlogApi api, IOptions<SiteOptions> options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(options);
        var address = options.Value.AddressFor(request);
        var posts = await AllPosts.Newest(api, Posts, cancel).ToListAsync(cancel);
        return XmlAnswer.Write("application/xml; charset=utf-8", xml =>
        {
            xml.WriteStartElement("urlset", Schema);
            Entry(xml, address + "/", posts.Count == 0 ? null : posts.Max(post => post.UpdatedAt));
            foreach (var post in posts)
            {
                var link = $"{address}/posts/{Uri.EscapeDataString(post.Slug)}";
                Entry(xml, link, post.UpdatedAt);
                Entry(xml, link + "/evidence", post.UpdatedAt);
            }

            xml.WriteEndElement();
        });
    }

    private static void Entry(XmlWriter xml, string link, DateTimeOffset? changed)
    {
        xml.WriteStartElement("url", Schema);
        xml.WriteElementString("loc", Schema, link);
        if (changed is { } at)
        {
            xml.WriteElementString("lastmod", Schema, XmlConvert.ToString(at.UtcDateTime, XmlDateTimeSerializationMode.Utc));
        }

        xml.WriteEndElement();
    }
}

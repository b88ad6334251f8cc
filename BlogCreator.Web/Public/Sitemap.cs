using System.Globalization;
using System.Xml;
using BlogCreator.Contracts;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace BlogCreator.Web.Public;

/// <summary>An index of sitemaps: posts in parts that keep the format's limits (50,000 addresses, 50 MB), tags, and pages.</summary>
public static class Sitemap
{
    private const string Schema = "http://www.sitemaps.org/schemas/sitemap/0.9";
    private const string Type = "application/xml; charset=utf-8";

    public static async Task<FileContentHttpResult> HandleIndex(HttpRequest request, BlogApi api, IOptions<SiteOptions> options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(options);
        var address = options.Value.AddressFor(request);
        // No part has the number zero: only how many there are is asked.
        var parts = (await api.ListPostAddresses(0, cancel)).Parts;
        return XmlAnswer.Write(Type, xml =>
        {
            xml.WriteStartElement("sitemapindex", Schema);
            foreach (var name in Enumerable.Range(1, parts).Select(part => string.Create(CultureInfo.InvariantCulture, $"posts-{part}")).Append("tags").Append("pages"))
            {
                xml.WriteStartElement("sitemap", Schema);
                xml.WriteElementString("loc", Schema, $"{address}/sitemaps/{name}.xml");
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        });
    }

    public static async Task<Results<FileContentHttpResult, NotFound>> HandlePosts(int part, HttpRequest request, BlogApi api, IOptions<SiteOptions> options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(options);
        var posts = await api.ListPostAddresses(part, cancel);
        if (part < 1 || part > posts.Parts)
        {
            return TypedResults.NotFound();
        }

        var address = options.Value.AddressFor(request);
        return Urls(posts.Addresses.SelectMany(post => (IEnumerable<(string, DateTimeOffset?)>)[(address + FeedPosts.Link(post.Slug), post.UpdatedAt), (address + FeedPosts.Link(post.Slug) + "/evidence", post.UpdatedAt)]));
    }

    public static async Task<FileContentHttpResult> HandleTags(HttpRequest request, BlogApi api, IOptions<SiteOptions> options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(options);
        var address = options.Value.AddressFor(request);
        var tags = await api.ListTags(cancel);
        return Urls(tags.Select(tag => (address + TagLink.To(tag.Tag), (DateTimeOffset?)null)));
    }

    public static async Task<FileContentHttpResult> HandlePages(HttpRequest request, BlogApi api, IOptions<SiteOptions> options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(options);
        var address = options.Value.AddressFor(request);
        var years = await api.GetArchive(cancel);
        return Urls(((IEnumerable<string>)["/", "/archive", "/tags"])
            .Concat(years.Select(year => string.Create(CultureInfo.InvariantCulture, $"/archive/{year.Year}")))
            .Select(page => (address + page, (DateTimeOffset?)null)));
    }

    private static FileContentHttpResult Urls(IEnumerable<(string Link, DateTimeOffset? Changed)> entries) => XmlAnswer.Write(Type, xml =>
    {
        xml.WriteStartElement("urlset", Schema);
        foreach (var (link, changed) in entries)
        {
            xml.WriteStartElement("url", Schema);
            xml.WriteElementString("loc", Schema, link);
            if (changed is { } at)
            {
                xml.WriteElementString("lastmod", Schema, XmlConvert.ToString(at.UtcDateTime, XmlDateTimeSerializationMode.Utc));
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    });
}

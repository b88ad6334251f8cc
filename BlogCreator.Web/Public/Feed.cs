using System.Xml;
using BlogCreator.Contracts;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace BlogCreator.Web.Public;

/// <summary>The newest posts as Atom (RFC 4287).</summary>
public static class Feed
{
    private const string Atom = "http://www.w3.org/2005/Atom";
    private const int Entries = 30;

    public static async Task<FileContentHttpResult> Handle(HttpRequest request, BlogApi api, SiteProfile profile, IOptions<SiteOptions> options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(options);
        var site = await profile.Get(api, cancel);
        var address = options.Value.AddressFor(request);
        var posts = await AllPosts.Newest(api, Entries, cancel).ToListAsync(cancel);
        return XmlAnswer.Write("application/atom+xml; charset=utf-8", xml => Write(xml, site, address, posts));
    }

    private static void Write(XmlWriter xml, SiteDetails site, string address, List<PublicPostSummary> posts)
    {
        // A feed without entries still needs a date; a fixed one keeps its fingerprint still.
        var updated = posts.Count == 0 ? DateTimeOffset.UnixEpoch : posts.Max(post => post.UpdatedAt);
        xml.WriteStartElement("feed", Atom);
        xml.WriteElementString("id", Atom, address + "/");
        xml.WriteElementString("title", Atom, XmlAnswer.Legal(site.Name));
        xml.WriteElementString("updated", Atom, Stamp(updated));
        Link(xml, "self", address + "/feed.xml", "application/atom+xml");
        Link(xml, "alternate", address + "/", "text/html");
        xml.WriteElementString("generator", Atom, "Blog Creator");
        foreach (var post in posts)
        {
            var link = $"{address}/posts/{Uri.EscapeDataString(post.Slug)}";
            xml.WriteStartElement("entry", Atom);
            xml.WriteElementString("id", Atom, link);
            xml.WriteElementString("title", Atom, XmlAnswer.Legal(post.Title));
            xml.WriteElementString("published", Atom, Stamp(post.PublishedAt));
            xml.WriteElementString("updated", Atom, Stamp(post.UpdatedAt));
            xml.WriteStartElement("author", Atom);
            xml.WriteElementString("name", Atom, XmlAnswer.Legal(post.Author.Name));
            xml.WriteEndElement();
            Link(xml, "alternate", link, "text/html");
            foreach (var tag in post.Tags)
            {
                xml.WriteStartElement("category", Atom);
                xml.WriteAttributeString("term", XmlAnswer.Legal(tag));
                xml.WriteEndElement();
            }

            xml.WriteElementString("summary", Atom, XmlAnswer.Legal(post.Summary));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Link(XmlWriter xml, string relation, string address, string type)
    {
        xml.WriteStartElement("link", Atom);
        xml.WriteAttributeString("rel", relation);
        xml.WriteAttributeString("type", type);
        xml.WriteAttributeString("href", address);
        xml.WriteEndElement();
    }

    private static string Stamp(DateTimeOffset at) => XmlConvert.ToString(at.UtcDateTime, XmlDateTimeSerializationMode.Utc);
}

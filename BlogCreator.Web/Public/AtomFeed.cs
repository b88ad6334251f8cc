using System.Xml;
using BlogCreator.Contracts;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace BlogCreator.Web.Public;

/// <summary>The newest posts, or those of a tag, as Atom (RFC 4287).</summary>
public static class AtomFeed
{
    private const string Atom = "http://www.w3.org/2005/Atom";

    public static async Task<FileContentHttpResult> Handle(HttpRequest request, BlogApi api, SiteProfile profile, IOptions<SiteOptions> options, CancellationToken cancel)
    {
        var feed = await FeedPosts.Read(request, api, profile, options, null, cancel);
        return XmlAnswer.Write("application/atom+xml; charset=utf-8", xml => Write(xml, feed, feed.Site.Name, "/", "/feed.xml"));
    }

    public static async Task<Results<FileContentHttpResult, NotFound>> HandleTag(string tag, HttpRequest request, BlogApi api, SiteProfile profile, IOptions<SiteOptions> options, CancellationToken cancel)
    {
        var name = TagLink.Read(tag);
        var feed = await FeedPosts.Read(request, api, profile, options, name, cancel);
        return feed.Posts.Count == 0
            ? TypedResults.NotFound()
            : XmlAnswer.Write("application/atom+xml; charset=utf-8", xml => Write(xml, feed, $"{feed.Site.Name}: {name}", TagLink.To(name), TagLink.To(name) + "/feed.xml"));
    }

    private static void Write(XmlWriter xml, FeedPosts feed, string title, string page, string self)
    {
        xml.WriteStartElement("feed", Atom);
        xml.WriteAttributeString("xml", "lang", null, "en");
        xml.WriteElementString("id", Atom, feed.Address + page);
        xml.WriteElementString("title", Atom, XmlAnswer.Legal(title));
        xml.WriteElementString("updated", Atom, Stamp(feed.Updated));
        Link(xml, "self", feed.Address + self, "application/atom+xml");
        Link(xml, "alternate", feed.Address + page, "text/html");
        xml.WriteElementString("generator", Atom, "Blog Creator");
        foreach (var post in feed.Posts)
        {
            xml.WriteStartElement("entry", Atom);
            xml.WriteElementString("id", Atom, feed.Link(post));
            xml.WriteElementString("title", Atom, XmlAnswer.Legal(post.Title));
            xml.WriteElementString("published", Atom, Stamp(post.PublishedAt));
            xml.WriteElementString("updated", Atom, Stamp(post.UpdatedAt));
            xml.WriteStartElement("author", Atom);
            xml.WriteElementString("name", Atom, XmlAnswer.Legal(post.Author.Name));
            xml.WriteElementString("uri", Atom, $"{feed.Address}/authors/{Uri.EscapeDataString(post.Author.Handle)}");
            xml.WriteEndElement();
            Link(xml, "alternate", feed.Link(post), "text/html");
            Link(xml, "related", feed.Link(post) + "/evidence", "text/html");
            foreach (var tag in post.Tags)
            {
                xml.WriteStartElement("category", Atom);
                xml.WriteAttributeString("term", XmlAnswer.Legal(tag));
                xml.WriteEndElement();
            }

            xml.WriteElementString("summary", Atom, XmlAnswer.Legal(post.Summary));
            xml.WriteStartElement("content", Atom);
            xml.WriteAttributeString("type", "html");
            xml.WriteString(XmlAnswer.Legal(feed.Html(post)));
            xml.WriteEndElement();
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

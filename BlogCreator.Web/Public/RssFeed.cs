using System.Globalization;
using System.Xml;
using BlogCreator.Contracts;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace BlogCreator.Web.Public;

/// <summary>The newest posts as RSS 2.0, for readers that know nothing else.</summary>
public static class RssFeed
{
    private const string Atom = "http://www.w3.org/2005/Atom";
    private const string Content = "http://purl.org/rss/1.0/modules/content/";
    private const string DublinCore = "http://purl.org/dc/elements/1.1/";

    public static async Task<FileContentHttpResult> Handle(HttpRequest request, BlogApi api, SiteProfile profile, IOptions<SiteOptions> options, CancellationToken cancel)
    {
        var feed = await FeedPosts.Read(request, api, profile, options, null, cancel);
        return XmlAnswer.Write("application/rss+xml; charset=utf-8", xml => Write(xml, feed));
    }

    private static void Write(XmlWriter xml, FeedPosts feed)
    {
        xml.WriteStartElement("rss");
        xml.WriteAttributeString("version", "2.0");
        xml.WriteAttributeString("xmlns", "atom", null, Atom);
        xml.WriteAttributeString("xmlns", "content", null, Content);
        xml.WriteAttributeString("xmlns", "dc", null, DublinCore);
        xml.WriteStartElement("channel");
        xml.WriteElementString("title", XmlAnswer.Legal(feed.Site.Name));
        xml.WriteElementString("link", feed.Address + "/");
        xml.WriteElementString("description", XmlAnswer.Legal(Wording.PurposeOf(feed.Site)));
        xml.WriteElementString("language", "en");
        xml.WriteElementString("lastBuildDate", Stamp(feed.Updated));
        xml.WriteElementString("generator", "Blog Creator");
        xml.WriteStartElement("link", Atom);
        xml.WriteAttributeString("rel", "self");
        xml.WriteAttributeString("type", "application/rss+xml");
        xml.WriteAttributeString("href", feed.Address + "/rss.xml");
        xml.WriteEndElement();
        foreach (var post in feed.Posts)
        {
            xml.WriteStartElement("item");
            xml.WriteElementString("title", XmlAnswer.Legal(post.Title));
            xml.WriteElementString("link", feed.Link(post));
            xml.WriteStartElement("guid");
            xml.WriteAttributeString("isPermaLink", "true");
            xml.WriteString(feed.Link(post));
            xml.WriteEndElement();
            xml.WriteElementString("pubDate", Stamp(post.PublishedAt));
            xml.WriteElementString("creator", DublinCore, XmlAnswer.Legal(post.Author.Name));
            foreach (var tag in post.Tags)
            {
                xml.WriteElementString("category", XmlAnswer.Legal(tag));
            }

            xml.WriteElementString("description", XmlAnswer.Legal(post.Summary));
            xml.WriteElementString("encoded", Content, XmlAnswer.Legal(feed.Html(post)));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    /// <summary>The date of RFC 822 with a year of four digits.</summary>
    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("r", CultureInfo.InvariantCulture);
}

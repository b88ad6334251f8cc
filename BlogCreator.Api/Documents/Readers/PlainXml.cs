using System.Xml;
using System.Xml.Linq;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>
/// XML without anything that could reach beyond it: no DTD, no entities, no addresses. Elements are known by their local
/// names, since the same format comes in several namespaces.
/// </summary>
internal static class PlainXml
{
    private const int Deepest = 256;

    /// <summary>What a relationship's attributes are called: <c>r:id</c> beside <c>id</c>.</summary>
    public const string RelationId = "r-id";

    public static XmlReader Open(Stream stream, bool passesOverDtd = false) => XmlReader.Create(stream, new XmlReaderSettings
    {
        DtdProcessing = passesOverDtd ? DtdProcessing.Ignore : DtdProcessing.Prohibit,
        XmlResolver = null,
        CloseInput = true,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersFromEntities = 1,
    });

    /// <summary>The whole of a small part; null when there is none.</summary>
    public static XElement? Load(SafeZip zip, string name, bool passesOverDtd = false)
    {
        if (zip.OpenEntry(name) is not { } entry)
        {
            return null;
        }

        using var xml = Open(entry, passesOverDtd);
        return xml.MoveToContent() == XmlNodeType.Element ? ReadElement(xml) : null;
    }

    /// <summary>The children of the first element of that name, one at a time, so that a long document is never whole in memory.</summary>
    public static IEnumerable<XElement> Children(XmlReader xml, string parent)
    {
        while (xml.NodeType != XmlNodeType.Element || xml.LocalName != parent)
        {
            if (!xml.Read())
            {
                yield break;
            }
        }

        var depth = xml.Depth;
        if (xml.IsEmptyElement)
        {
            yield break;
        }

        xml.Read();
        while (!xml.EOF && xml.Depth > depth)
        {
            if (xml.NodeType == XmlNodeType.Element)
            {
                yield return ReadElement(xml);
            }
            else
            {
                xml.Read();
            }
        }
    }

    /// <summary>Reads the element on which the reader stands and moves behind it. Not recursive: depth is the file's choice.</summary>
    public static XElement ReadElement(XmlReader xml)
    {
        var start = xml.Depth;
        var root = Start(xml);
        if (xml.IsEmptyElement)
        {
            xml.Read();
            return root;
        }

        var current = root;
        while (xml.Read())
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element:
                    if (xml.Depth - start > Deepest)
                    {
                        throw new ReadFailedException(ReadFailures.Damaged);
                    }

                    var child = Start(xml);
                    current.Add(child);
                    current = xml.IsEmptyElement ? current : child;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    current.Add(new XText(xml.Value));
                    break;
                case XmlNodeType.EndElement:
                    if (current == root)
                    {
                        xml.Read();
                        return root;
                    }

                    current = current.Parent!;
                    break;
            }
        }

        return root;
    }

    /// <summary>An attribute by its local name; null where there is none, or no element.</summary>
    public static string? Said(this XElement? element, string name) => element?.Attribute(XName.Get(name))?.Value;

    public static bool Is(this XElement element, string name) => element.Name.LocalName == name;

    private static XElement Start(XmlReader xml)
    {
        var element = new XElement(XmlConvert.EncodeLocalName(xml.LocalName)!);
        if (!xml.HasAttributes)
        {
            return element;
        }

        while (xml.MoveToNextAttribute())
        {
            if (xml.Prefix == "xmlns" || xml.Name == "xmlns")
            {
                continue;
            }

            var name = xml.NamespaceURI.EndsWith("/relationships", StringComparison.Ordinal) ? "r-" + xml.LocalName : xml.LocalName;
            if (element.Attribute(name) is null)
            {
                element.Add(new XAttribute(name, xml.Value));
            }
        }

        xml.MoveToElement();
        return element;
    }
}

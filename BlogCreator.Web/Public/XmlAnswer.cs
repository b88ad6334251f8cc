using System.Text;
using System.Xml;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Web.Public;

internal static class XmlAnswer
{
    public static FileContentHttpResult Write(string contentType, Action<XmlWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var xml = XmlWriter.Create(buffer, new XmlWriterSettings { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Indent = true }))
        {
            write(xml);
        }

        return TypedResults.File(buffer.ToArray(), contentType);
    }

    /// <summary>Text from documents may hold characters that no XML may hold; a feed with one of them is not read at all.</summary>
    public static string Legal(string text) => text.All(XmlConvert.IsXmlChar)
        ? text
        : string.Concat(text.EnumerateRunes().Where(rune => !rune.IsBmp || XmlConvert.IsXmlChar((char)rune.Value)));
}

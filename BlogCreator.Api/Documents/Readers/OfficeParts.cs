using System.Xml.Linq;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Which part of an Office document belongs to which. Links that lead out of the file are not followed.</summary>
internal sealed class OfficeParts(SafeZip zip)
{
    /// <summary>The part that holds the document itself, wherever the program put it.</summary>
    public string? Main => Related(string.Empty).FirstOrDefault(part => part.Type == "officeDocument")?.Path;

    public IEnumerable<OfficePart> Related(string part)
    {
        var slash = part.LastIndexOf('/');
        var folder = part[..(slash + 1)];
        if (PlainXml.Load(zip, $"{folder}_rels/{part[(slash + 1)..]}.rels") is not { } relations)
        {
            yield break;
        }

        foreach (var relation in relations.Elements("Relationship"))
        {
            if (relation.Said("TargetMode") != "External"
                && relation.Said("Id") is { } id
                && relation.Said("Type") is { } type
                && relation.Said("Target") is { } target
                && Resolve(folder, target) is { } path && zip.Has(path))
            {
                yield return new OfficePart(id, type[(type.LastIndexOf('/') + 1)..], path);
            }
        }
    }

    public XElement? Load(OfficePart? part) => part is null ? null : PlainXml.Load(zip, part.Path);

    /// <summary>What the author called the document in its properties.</summary>
    public string? Title => CleanText.Line(Load(Related(string.Empty).FirstOrDefault(part => part.Type == "core-properties"))?.Element("title")?.Value ?? string.Empty) is { Length: > 0 } title ? title : null;

    private static string? Resolve(string folder, string target)
    {
        var path = new List<string>();
        foreach (var step in (target.StartsWith('/') ? target : folder + target).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (step != "..")
            {
                path.Add(step);
            }
            else if (path.Count == 0)
            {
                return null;
            }
            else
            {
                path.RemoveAt(path.Count - 1);
            }
        }

        return string.Join('/', path.Where(step => step != "."));
    }
}

internal sealed record OfficePart(string Id, string Type, string Path);

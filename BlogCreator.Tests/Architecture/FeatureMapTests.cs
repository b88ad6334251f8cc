using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace BlogCreator.Tests.Architecture;

/// <summary>
/// Which folder of BlogCreator.Api may use which. The map is a decision: it changes in the design and in docs/decisions
/// first, then here.
/// </summary>
public sealed partial class FeatureMapTests
{
    private static readonly Dictionary<string, string[]> Map = new()
    {
        ["Platform"] = [],
        ["Data"] = [],
        ["Operations"] = ["Data", "Platform"],
        ["Accounts"] = ["Data", "Platform", "Operations"],
        ["Documents"] = ["Data", "Platform", "Accounts", "Operations"],
        ["Search"] = ["Data", "Platform", "Operations", "Documents"],
        ["Evidence"] = ["Documents"],
        ["Posts"] = ["Data", "Platform", "Accounts", "Operations", "Evidence"],
        ["Writing"] = ["Platform", "Data", "Operations", "Accounts", "Documents", "Search", "Evidence", "Posts"],
    };

    private static readonly ArchUnitNET.Domain.Architecture Api = new ArchLoader()
        .LoadAssembly(System.Reflection.Assembly.Load("BlogCreator.Api"))
        .Build();

    public static TheoryData<string> Features => [.. Map.Keys];

    [Theory]
    [MemberData(nameof(Features))]
    public void A_folder_uses_only_what_the_map_allows(string feature)
    {
        var forbidden = Api.Types
            .Where(type => Feature(type) == feature)
            .SelectMany(type => type.Dependencies)
            .Where(use => Feature(use.Target) is { } other && other != feature && !Map[feature].Contains(other))
            .Select(use => $"{use.Origin.FullName} uses {use.Target.FullName}")
            .Distinct()
            .Order(StringComparer.Ordinal);
        Repository.AssertNone(forbidden);
    }

    [Fact]
    public void Every_folder_of_the_api_is_on_the_map()
    {
        var folders = Repository.Files()
            .Select(file => file.Split('/'))
            .Where(parts => parts is ["BlogCreator.Api", _, _, ..])
            .Select(parts => parts[1])
            .Distinct()
            // Not code: what the tools of .NET expect to find under this name.
            .Except(["Properties"]);
        Repository.AssertNone(folders.Except(Map.Keys));
    }

    /// <summary>Else a type could leave the map by its namespace and stay in its folder.</summary>
    [Fact]
    public void A_namespace_is_the_folder_it_stands_in()
    {
        var strays = Repository.Files()
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) && file.StartsWith("BlogCreator.", StringComparison.Ordinal))
            // LocalHosting speaks under Aspire's names on purpose.
            .Where(file => !file.StartsWith("BlogCreator.LocalHosting/", StringComparison.Ordinal))
            // And so does the client integration that stands in for Aspire's.
            .Where(file => !file.StartsWith("BlogCreator.ServiceDefaults/Aspire/", StringComparison.Ordinal))
            .Select(file => (file, declared: NamespaceDeclaration().Match(Repository.Read(file))))
            .Where(source => source.declared.Success)
            .Where(source => source.declared.Groups["name"].Value != source.file[..source.file.LastIndexOf('/')].Replace('/', '.'))
            .Select(source => $"{source.file} says {source.declared.Groups["name"].Value}");
        Repository.AssertNone(strays);
    }

    private static string? Feature(IType type)
    {
        // A pointer to a function is a type without a namespace, whatever the annotation says.
        var match = FeatureNamespace().Match(type.Namespace?.FullName ?? "");
        return match.Success ? match.Groups["feature"].Value : null;
    }

    [GeneratedRegex(@"^BlogCreator\.Api\.(?<feature>\w+)(\.|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FeatureNamespace();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)\s*;", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamespaceDeclaration();
}

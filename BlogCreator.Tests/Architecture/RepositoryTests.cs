using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace BlogCreator.Tests.Architecture;

/// <summary>Agreements that a compiler does not know.</summary>
public sealed partial class RepositoryTests
{
    private static readonly Dictionary<string, string[]> References = new()
    {
        ["BlogCreator.Contracts"] = [],
        ["BlogCreator.LocalHosting"] = [],
        ["BlogCreator.ServiceDefaults"] = [],
        ["BlogCreator.Api"] = ["BlogCreator.Contracts", "BlogCreator.ServiceDefaults"],
        ["BlogCreator.Web"] = ["BlogCreator.Contracts", "BlogCreator.ServiceDefaults"],
        // As resources that it starts, whose types it cannot see.
        ["BlogCreator.AppHost"] = ["BlogCreator.LocalHosting", "BlogCreator.Api", "BlogCreator.Web"],
    };

    public static TheoryData<string> Projects => [.. References.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_design_allows(string project)
    {
        var references = XDocument.Parse(Repository.Read($"{project}/{project}.csproj")).Descendants("ProjectReference")
            .Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'))
            .Select(path => Path.GetFileNameWithoutExtension(path));
        Repository.AssertNone(references.Except(References[project]));
    }

    [Fact]
    public void The_app_host_sees_no_type_of_the_services_that_it_starts()
    {
        var seen = Assembly.Load("BlogCreator.AppHost").GetReferencedAssemblies().Select(assembly => assembly.Name).ToList();
        Assert.DoesNotContain("BlogCreator.Api", seen);
        Assert.DoesNotContain("BlogCreator.Web", seen);
    }

    [Fact]
    public void Every_project_is_in_the_table_and_in_the_solution()
    {
        var projects = Repository.Files()
            // Benchmarks stand beside the product and are built on their own.
            .Where(file => file.StartsWith("BlogCreator.", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file)).ToList();
        Assert.Equal([.. References.Keys.Append("BlogCreator.Tests").Order(StringComparer.Ordinal)], projects.Order(StringComparer.Ordinal));
        var solution = Repository.Read("BlogCreator.sln");
        Assert.All(projects, project => Assert.Contains($"{project}.csproj", solution, StringComparison.Ordinal));
    }

    [Fact]
    public void No_source_lies_deeper_than_project_folder_and_subfolder()
    {
        var deep = Repository.Files()
            .Where(file => file.StartsWith("BlogCreator.", StringComparison.Ordinal))
            // Served as it is: its folders are addresses.
            .Where(file => !file.Contains("/wwwroot/", StringComparison.Ordinal))
            .Where(file => file.Count(c => c == '/') > 3);
        Repository.AssertNone(deep);
    }

    [Fact]
    public void The_app_model_is_one_text_for_both_engines() =>
        Assert.DoesNotMatch(@"(?m)^\s*#if\b", Repository.Read("BlogCreator.AppHost/AppHost.cs"));

    [Fact]
    public void Every_package_has_one_explicit_version_in_one_place()
    {
        var central = XDocument.Parse(Repository.Read("Directory.Packages.props"));
        Assert.All(central.Descendants("PackageVersion"), package =>
            Assert.Matches(@"^(\d+\.\d+\.\d+(\.\d+)?(-[0-9A-Za-z.]+)?|\$\(Aspire\w*Version\))$", package.Attribute("Version")?.Value));
        Assert.DoesNotContain(central.Descendants("PackageVersion").GroupBy(package => package.Attribute("Include")?.Value), group => group.Count() > 1);

        var elsewhere = Repository.Files()
            .Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))
            .Where(file => XDocument.Parse(Repository.Read(file)).Descendants("PackageReference").Any(package =>
                package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null));
        Repository.AssertNone(elsewhere);
    }

    [Fact]
    public void What_is_left_to_do_is_an_issue_and_not_a_comment()
    {
        var reminders = Repository.Files()
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor" or ".js" or ".css" or ".props" or ".csproj" or ".md")
            .Where(file => Reminder().IsMatch(Repository.Read(file)));
        Repository.AssertNone(reminders);
    }

    // Written so that this file does not find itself.
    [GeneratedRegex(@"\b(TO[D]O|FIX[M]E|HA[C]K|X[X]X)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reminder();
}

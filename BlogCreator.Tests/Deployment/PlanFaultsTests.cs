using System.Reflection;
using System.Text.RegularExpressions;
using BlogCreator.Tests.Architecture;

namespace BlogCreator.Tests.Deployment;

/// <summary>Every row of the table in docs/production-plan.md has a test that is named after it.</summary>
public sealed partial class PlanFaultsTests
{
    [Fact]
    public void Every_fault_of_the_plan_has_a_test()
    {
        var rows = Row().Matches(Repository.Read("docs/production-plan.md")).Select(row => int.Parse(row.Groups["row"].Value, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(1, 17), rows);
        var tests = typeof(PlanFaultsTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
            .Select(method => method.Name).ToList();
        Repository.AssertNone(rows.Where(row => !tests.Any(test => test.StartsWith($"Row_{row:00}_", StringComparison.Ordinal)))
            .Select(row => $"No test is named Row_{row:00}_..."));
    }

    [GeneratedRegex(@"^\| (?<row>\d+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}

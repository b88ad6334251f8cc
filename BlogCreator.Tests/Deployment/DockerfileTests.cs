using BlogCreator.Tests.Architecture;

namespace BlogCreator.Tests.Deployment;

/// <summary>What can be read off the Dockerfiles of both services; deploy/tests/images.sh builds and runs them.</summary>
public sealed class DockerfileTests
{
    public static TheoryData<string> Services => ["Api", "Web"];

    [Theory]
    [MemberData(nameof(Services))]
    public void The_packages_are_restored_before_the_source_is_there(string service)
    {
        var lines = Instructions(service);
        var restore = lines.FindIndex(line => line.StartsWith("RUN dotnet restore --locked-mode", StringComparison.Ordinal));
        var source = lines.FindIndex(line => line == $"COPY BlogCreator.{service} BlogCreator.{service}");
        Assert.InRange(restore, 0, source);
        var before = lines.Take(restore).Where(line => line.StartsWith("COPY", StringComparison.Ordinal)).SelectMany(line => line.Split(' ')[1..^1]);
        Assert.All(before, file => Assert.Matches(@"(\.csproj|\.props|\.json|BannedSymbols\.txt)$", file));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void It_has_several_stages_and_ends_as_a_numbered_user_that_is_not_root(string service)
    {
        var lines = Instructions(service);
        Assert.True(lines.Count(line => line.StartsWith("FROM ", StringComparison.Ordinal)) >= 2);
        Assert.Matches("^USER [1-9][0-9]*:[1-9][0-9]*$", lines.Last(line => line.StartsWith("USER ", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Row_14_the_app_checks_its_health_itself_and_needs_no_shell(string service)
    {
        var last = Instructions(service);
        last.RemoveRange(0, last.FindLastIndex(line => line.StartsWith("FROM ", StringComparison.Ordinal)));
        Assert.Contains(last, line => line.StartsWith("HEALTHCHECK", StringComparison.Ordinal)
            && line.EndsWith($"""CMD ["dotnet", "BlogCreator.{service}.dll", "healthcheck"]""", StringComparison.Ordinal));
        Assert.Contains($"""ENTRYPOINT ["dotnet", "BlogCreator.{service}.dll"]""", last);
        Assert.DoesNotContain(last, line => line.StartsWith("RUN ", StringComparison.Ordinal) || line.Contains("curl", StringComparison.Ordinal));
    }

    /// <summary>The last four are what the engine of Debian 12 does not know.</summary>
    [Theory]
    [MemberData(nameof(Services))]
    public void It_holds_nothing_that_moves_or_that_an_older_engine_does_not_know(string service)
    {
        var text = Repository.Read($"BlogCreator.{service}/Dockerfile");
        foreach (var unwanted in (string[])[":latest", "ADD ", "password", "# syntax=", "<<", "--link", "--mount"])
        {
            Assert.DoesNotContain(unwanted, text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void A_build_sees_only_what_is_named()
    {
        var lines = Repository.Read(".dockerignore").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#')).ToList();
        Assert.Equal("*", lines[0]);
        Assert.Equal(
            ["!BlogCreator.Api", "!BlogCreator.Web", "!BlogCreator.Contracts", "!BlogCreator.ServiceDefaults"],
            lines.Where(line => line.StartsWith("!BlogCreator", StringComparison.Ordinal)));
        Assert.Contains("**/secrets", lines);
        Assert.Contains("**/.env", lines);
    }

    /// <summary>One instruction a line, comments left out.</summary>
    private static List<string> Instructions(string service) =>
        [.. Repository.Read($"BlogCreator.{service}/Dockerfile").Replace("\\\n", " ", StringComparison.Ordinal)
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#'))];
}

using BlogCreator.LocalHosting;

namespace BlogCreator.Tests.AppHost.LocalEngine;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--dta", "'--dta' is not an option.")]
    [InlineData("start", "'start' is not an option.")]
    [InlineData("--data", "The option --data needs a value.")]
    [InlineData("--port web", "--port web names no port.")]
    [InlineData("--port web=70000", "--port web=70000 names no port.")]
    [InlineData("--health-timeout soon", "--health-timeout soon is no number of seconds.")]
    [InlineData("--publisher docker --output-path x", "This engine cannot publish 'docker'.")]
    [InlineData("--publisher manifest", "The manifest needs a file to be written to.")]
    [InlineData("--operation publish", "The manifest needs a file to be written to.")]
    [InlineData("--operation deploy", "There is no operation 'deploy'.")]
    [InlineData("--replicas 0", "--replicas 0 cannot be understood at '0'.")]
    [InlineData("--replicas api=2,web", "--replicas api=2,web cannot be understood at 'web'.")]
    [InlineData("--services docker", "--services docker cannot be understood at 'docker'.")]
    [InlineData("--output-path x", "--output-path is only for publishing.")]
    public void What_cannot_be_meant_is_refused_by_name(string line, string message)
    {
        var error = Assert.Throws<EngineError>(() => CommandLine.Parse(line.Split(' ')));
        Assert.Equal(message, error.Message);
        Assert.NotEmpty(error.Remedy);
    }

    [Theory]
    [InlineData("--publisher manifest --output-path m.json")]
    [InlineData("--operation publish --publisher manifest --output-path m.json")]
    [InlineData("--operation publish --step publish-manifest --output-path m.json")]
    [InlineData("--operation=publish --output-path=m.json")]
    public void The_manifest_is_asked_for_in_every_way_that_Aspire_knows(string line)
    {
        var options = CommandLine.Parse(line.Split(' '));
        Assert.True(options.IsPublish);
        Assert.Equal("m.json", options.OutputPath);
    }

    [Fact]
    public void What_is_named_counts_before_what_is_said_of_all()
    {
        var options = CommandLine.Parse(["--services", "native,redis=embedded", "--replicas", "3,web=1"]);
        Assert.Equal((true, false), (options.IsNative("postgres"), options.IsNative("Redis")));
        Assert.Equal((3, 1), (options.Replicas[CommandLine.All], options.Replicas["web"]));
    }

    [Fact]
    public void Settings_of_the_app_host_pass_through()
    {
        var options = CommandLine.Parse(["--ConnectionStrings:blogdb", "Host=db", "--Parameters:site-name=Notes", "--port", "web=9000"]);
        Assert.False(options.IsPublish);
        Assert.Equal("Host=db", options.Settings["ConnectionStrings:blogdb"]);
        Assert.Equal("Notes", options.Settings["Parameters:site-name"]);
        Assert.Equal(9000, options.Ports["web"]);
    }
}

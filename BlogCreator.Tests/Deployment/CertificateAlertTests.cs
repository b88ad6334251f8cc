using BlogCreator.Tests.Architecture;

namespace BlogCreator.Tests.Deployment;

/// <summary>The alerts about certificates, judged by Prometheus' own tool.</summary>
public sealed class CertificateAlertTests
{
    [Fact]
    public async Task They_fire_when_they_should_and_only_then()
    {
        var tool = Edge.Program("promtool");
        Assert.SkipWhen(tool is null, "promtool is not installed here (Debian: apt-get install prometheus).");
        var (code, output) = await Edge.Run(tool, ["test", "rules", Path.Combine(Repository.Root, "deploy/monitoring/prometheus/rules/certificates.test.yml")]);
        Assert.True(code == 0, output);
    }
}

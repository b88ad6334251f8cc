using System.Text.Json;
using Aspire.Hosting.Testing;

namespace BlogCreator.Tests.AppHost;

[Collection(WholeApps.Name)]
public sealed class ManifestTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Projects.BlogCreator_AppHost.ProjectPath, ".."));

    [Fact]
    public async Task The_committed_manifest_is_what_the_app_model_writes()
    {
        // Paths in it are relative to the file, so it is written beside the committed one.
        var written = Path.Combine(Root, $"aspire-manifest.{Guid.CreateVersion7():N}.json");
        try
        {
            await Publish(["--publisher", "manifest", "--output-path", written]);
            var expected = await File.ReadAllBytesAsync(
                Path.Combine(Root, "aspire-manifest.json"), TestContext.Current.CancellationToken);
            var actual = await File.ReadAllBytesAsync(written, TestContext.Current.CancellationToken);
            Assert.True(
                expected.AsSpan().SequenceEqual(actual),
                "aspire-manifest.json is out of date. Write it anew: "
                + "dotnet run --project BlogCreator.AppHost -- --publisher manifest --output-path aspire-manifest.json");
        }
        finally
        {
            File.Delete(written);
        }
    }

    [Fact]
    public async Task The_publish_operation_writes_the_same_with_paths_relative_to_the_file()
    {
        var folder = Directory.CreateTempSubdirectory("blogcreator-");
        try
        {
            var written = Path.Combine(folder.FullName, "below", "manifest.json");
            await Publish(["--operation", "publish", "--publisher", "manifest", "--output-path", written]);
            using var manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(written, TestContext.Current.CancellationToken));
            var path = manifest.RootElement.GetProperty("resources").GetProperty("web").GetProperty("path").GetString() ?? "";
            Assert.DoesNotContain('\\', path);
            Assert.Equal(
                Path.Combine(Root, "BlogCreator.Web", "BlogCreator.Web.csproj"),
                Path.GetFullPath(path, Path.Combine(folder.FullName, "below")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task Publish(string[] args)
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.BlogCreator_AppHost>(
            args, TestContext.Current.CancellationToken);
        await using var app = await builder.BuildAsync(TestContext.Current.CancellationToken);
        await app.RunAsync(TestContext.Current.CancellationToken);
    }
}

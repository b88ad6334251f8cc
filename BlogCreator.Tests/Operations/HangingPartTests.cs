using System.Net.Http.Json;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.AspNetCore.Hosting;

namespace BlogCreator.Tests.Operations;

/// <summary>A part that never answers, one that holds its thread, and one that breaks, beside those that answer.</summary>
public sealed class HangingPartTests(HangingPartTests.ApiWithSuch api) : IClassFixture<HangingPartTests.ApiWithSuch>
{
    [Fact]
    public async Task The_others_are_told_of_all_the_same()
    {
        using var owner = await api.SignInAsOwner();
        var report = (await owner.GetFromJsonAsync<OperationsReport>("/api/v1/operations", BlogApi.Json))!;
        Assert.False(report.Well);
        Assert.All(new[] { "hangs", "blocks" }, name => Assert.Contains("did not say within", report.Parts.Single(part => part.Name == name).Words, StringComparison.Ordinal));
        var broken = report.Parts.Single(part => part.Name == "breaks");
        Assert.Equal(PartState.Wrong, broken.State);
        Assert.DoesNotContain("secret", broken.Words, StringComparison.Ordinal);
        Assert.All(new[] { "database", "jobs", "files", "model" }, name => Assert.Equal(PartState.Well, report.Parts.Single(part => part.Name == name).State));
        Assert.NotNull(report.Queue);
        Assert.NotNull(report.Failures);
        Assert.Equal(("api", true), (report.Versions!.Replicas.Single().Service, report.Versions.Schema!.Length > 0));
        Assert.StartsWith("SQLite 3", report.Versions.Database, StringComparison.Ordinal);

        // Whoever looks again does not add a second question to one that still hangs.
        var again = (await owner.GetFromJsonAsync<OperationsReport>("/api/v1/operations", BlogApi.Json))!;
        Assert.Contains("did not say within", again.Parts.Single(part => part.Name == "hangs").Words, StringComparison.Ordinal);
        Assert.Equal(1, Hangs.Asked);
    }

    public sealed class ApiWithSuch : ApiFixture
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureServices(services => services.AddReport<Hangs>().AddReport<Blocks>().AddReport<Breaks>());
        }
    }

    private sealed class Hangs : IReportOnItself
    {
        private static int _asked;

        public static string Part => "hangs";

        public static int Asked => _asked;

        // As a driver does that hears no token.
        public async Task<OperationsPart> Report(CancellationToken cancel)
        {
            Interlocked.Increment(ref _asked);
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            throw new InvalidOperationException();
        }
    }

    private sealed class Blocks : IReportOnItself
    {
        public static string Part => "blocks";

        public Task<OperationsPart> Report(CancellationToken cancel)
        {
            cancel.WaitHandle.WaitOne();
            cancel.ThrowIfCancellationRequested();
            throw new InvalidOperationException();
        }
    }

    private sealed class Breaks : IReportOnItself
    {
        public static string Part => "breaks";

        public Task<OperationsPart> Report(CancellationToken cancel) => throw new InvalidOperationException("Password=secret");
    }
}

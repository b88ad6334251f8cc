using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.Operations;

/// <summary>What the owner is told of the backups, by what their service says: in the form in which <c>deploy/postgres/backup</c> writes it.</summary>
public sealed class BackupStateTests : IAsyncLifetime
{
    private readonly ApiFixture _api = new();
    private WebApplication _service = null!;
    private Func<HttpContext, Task> _says = _ => Task.CompletedTask;

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _service = builder.Build();
        _service.Urls.Add("http://127.0.0.1:0");
        _service.MapGet("/metrics.txt", context => _says(context));
        await _service.StartAsync();
        _api.Settings["Backup:MetricsUrl"] = _service.Urls.Single() + "/metrics.txt";
        await _api.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _service.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_owner_is_told_what_the_backup_service_says_and_what_it_means()
    {
        using var owner = await _api.SignInAsOwner();
        const long Hour = 3600, Day = 24 * Hour;

        var (fresh, part) = await Tell(Metrics(full: Now - (2 * Day), diff: Now - Hour, files: Now - 600, drill: Now - Day, drillSeconds: 18, bytes: 5_000_000));
        Assert.Equal((true, PartState.Well), (fresh.IsSet, fresh.State));
        Assert.Equal((Now - Hour) / 60, fresh.DatabaseAt!.Value.ToUnixTimeSeconds() / 60);
        Assert.Equal((18d, 5_000_000L), (fresh.DrillSeconds, fresh.Bytes));
        Assert.Null(fresh.VerifiedAt);
        Assert.Equal(PartState.Well, part.State);
        Assert.Contains(part.Facts, fact => fact is { Name: "database", Unit: "time" });

        await Expect(PartState.Wrong, "older than 26 hours", Metrics(full: Now - (27 * Hour), files: Now, drill: Now - Day));
        await Expect(PartState.Wrong, "uploaded files is older", Metrics(full: Now - Hour, files: Now - (27 * Hour), drill: Now - Day));
        await Expect(PartState.Wrong, "uploaded files has ever succeeded", Metrics(full: Now - Hour, drill: Now - Day));
        await Expect(PartState.Wrong, "uploaded files has ever succeeded", Metrics(full: Now - Day, diff: Now) + $"backup_last_failure_timestamp_seconds{{kind=\"files\"}} {Now}\n");
        // They follow the first backup of the database.
        await Expect(PartState.Well, "Backups are made", Metrics(full: Now));
        await Expect(PartState.Notice, "restored as a test for more than 8 days", Metrics(full: Now - Hour, files: Now, drill: Now - (9 * Day)));
        await Expect(PartState.Notice, "restored as a test for more than 8 days", Metrics(full: Now - (9 * Day), diff: Now, files: Now));
        await Expect(PartState.Well, "comes on Sunday", Metrics(full: Now - Hour, files: Now));
        await Expect(PartState.Notice, "failed for the uploaded files", Metrics(full: Now - Hour, files: Now - Hour, drill: Now - Day) + $"backup_last_failure_timestamp_seconds{{kind=\"files\"}} {Now}\n");
        // A failure that was made good is over.
        await Expect(PartState.Well, "Backups are made", Metrics(full: Now, files: Now, drill: Now - Day) + $"backup_last_failure_timestamp_seconds{{kind=\"full\"}} {Now - Hour}\n");
        await Expect(PartState.Wrong, "has ever succeeded", Metrics() + $"backup_last_failure_timestamp_seconds{{kind=\"full\"}} {Now}\n");

        // What is no answer of a backup service.
        await Expect(PartState.Wrong, "not the backup service", "<html>hello</html>");
        await Expect(PartState.Wrong, "not the backup service", "");
        await Expect(PartState.Wrong, "not the backup service", "backup_last_success_timestamp_seconds{kind=\"full\"} NaN\n");
        await Expect(PartState.Wrong, "not the backup service", new string('#', 70_000) + "\n" + Metrics(full: Now));
        await Expect(PartState.Wrong, "has ever succeeded", Metrics() + "backup_last_success_timestamp_seconds{kind=\"diff\"} 9e300\nbackup_last_failure_timestamp_seconds{kind=\"<b>x</b>\"} 1\n");
        _says = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await Away();
        _says = async context =>
        {
            // Without end.
            var line = new byte[100_000];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(line, context.RequestAborted);
            }
        };
        Assert.Contains("not the backup service", (await Ask(owner)).Backup!.Words, StringComparison.Ordinal);
        _says = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await Away();
        _says = context =>
        {
            // To whoever would be asked with what is known here only.
            context.Response.Redirect("http://127.0.0.1:1/");
            return Task.CompletedTask;
        };
        await Away();
        await _service.StopAsync();
        await Away();

        async Task Away()
        {
            var report = await Ask(owner);
            Assert.Equal((PartState.Wrong, true), (report.Backup!.State, report.Backup.Words.Contains("does not answer", StringComparison.Ordinal)));
            Assert.False(report.Well);
            Assert.Equal(PartState.Well, report.Parts.Single(part => part.Name == "database").State);
        }

        async Task Expect(PartState state, string words, string metrics)
        {
            var (backup, _) = await Tell(metrics);
            Assert.True(backup.State == state && backup.Words.Contains(words, StringComparison.Ordinal), $"expected {state} '{words}', got {backup.State} '{backup.Words}' for\n{metrics}");
        }

        async Task<(BackupDetails Backup, OperationsPart Part)> Tell(string metrics)
        {
            _says = context => context.Response.WriteAsync(metrics);
            var report = await Ask(owner);
            return (report.Backup!, report.Parts.Single(part => part.Name == "backup"));
        }
    }

    [Fact]
    public async Task Files_in_a_bucket_are_not_missed_where_they_are_never_kept()
    {
        await using var api = new BucketApiFixture().OrSkip();
        api.Settings["Backup:MetricsUrl"] = _service.Urls.Single() + "/metrics.txt";
        await api.InitializeAsync();
        using var owner = await api.SignInAsOwner();
        _says = context => context.Response.WriteAsync(Metrics(full: Now - 3600, drill: Now - 86400));
        var backup = (await Ask(owner)).Backup!;
        Assert.True(backup.State == PartState.Well, backup.Words);
    }

    [Fact]
    public async Task A_site_without_a_backup_service_is_told_so_and_is_well()
    {
        await using var api = new ApiFixture();
        await api.InitializeAsync();
        using var owner = await api.SignInAsOwner();
        var report = await Ask(owner);
        Assert.Equal((false, PartState.Notice), (report.Backup!.IsSet, report.Backup.State));
        Assert.True(report.Well);
    }

    [Theory]
    [InlineData("backup:9187", "is no address")]
    [InlineData("file:///etc/passwd", "is no address")]
    [InlineData("http://user:word@backup:9187/metrics.txt", "holds a user")]
    public async Task An_address_that_cannot_be_used_is_refused_at_start(string address, string because)
    {
        await using var api = new ApiFixture();
        api.Settings["Backup:MetricsUrl"] = address;
        var refused = await Assert.ThrowsAnyAsync<OptionsValidationException>(async () => await api.InitializeAsync());
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word@", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<OperationsReport> Ask(HttpClient owner) => (await owner.GetFromJsonAsync<OperationsReport>("/api/v1/operations", BlogApi.Json))!;

    private static string Metrics(long full = 0, long diff = 0, long files = 0, long drill = 0, long drillSeconds = 0, long bytes = 0) => FormattableString.Invariant($$"""
        # HELP backup_last_success_timestamp_seconds When a backup of this kind last succeeded; 0 is never.
        # TYPE backup_last_success_timestamp_seconds gauge
        backup_last_success_timestamp_seconds{kind="full"} {{full}}
        backup_last_success_timestamp_seconds{kind="diff"} {{diff}}
        backup_last_success_timestamp_seconds{kind="incr"} 0
        backup_last_success_timestamp_seconds{kind="files"} {{files}}
        backup_last_success_timestamp_seconds{kind="keys"} {{files}}
        backup_last_success_timestamp_seconds{kind="verify"} 0
        backup_last_success_timestamp_seconds{kind="drill"} {{drill}}
        # TYPE backup_repository_bytes gauge
        backup_repository_bytes {{bytes}}
        restore_drill_last_success_timestamp_seconds {{drill}}
        restore_drill_seconds {{drillSeconds}}

        """);
}

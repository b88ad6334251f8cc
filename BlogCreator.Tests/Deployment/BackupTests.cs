using System.Globalization;
using BlogCreator.Tests.Platform;
using BlogCreator.Tests.ServiceDefaults;

namespace BlogCreator.Tests.Deployment;

/// <summary>The script <c>deploy/postgres/backup</c> against the real PostgreSQL, pgBackRest and restic.</summary>
public sealed class BackupTests
{
    private const string Fingerprint = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM posts t";

    [Fact]
    public async Task What_was_dropped_comes_back_as_it_was()
    {
        await using var site = await BackupSite.Start();
        await site.Sql("CREATE TABLE posts AS SELECT g AS id, md5(g::text) AS body FROM generate_series(1, 20000) g");
        var original = await site.KeepOriginal("an original");
        await site.Sql($"CREATE TABLE \"Documents\" (\"Sha256\" text); INSERT INTO \"Documents\" VALUES ('{original}')");
        await site.BackupSucceeds("run", "full");

        // A drill on what is live now.
        var drill = await site.BackupSucceeds("drill");
        Assert.Contains("2 tables, 20001 rows, 0 differ", drill, StringComparison.Ordinal);
        Assert.Contains("1 original files, 1 of them restored and compared, 0 differ, 0 that the database knows are missing", drill, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(site.Repository, "scratch")), "The drill leaves nothing behind.");

        // Written after the backup, so that the log has to be replayed.
        await site.Sql("INSERT INTO posts SELECT g, 'later' FROM generate_series(20001, 25000) g");
        var before = await site.Sql(Fingerprint);
        var moment = await site.Sql("SELECT clock_timestamp()");
        await Eventually.Holds(async () => await site.Sql($"SELECT clock_timestamp() > '{moment}'::timestamptz + interval '10 ms'") == "t");
        await site.Sql("DROP TABLE posts");

        // A backup ends on a whole second, and a moment in that second would be before its end.
        await Eventually.Holds(async () => (await site.Backup("check", "--to", moment)).Status == 0);
        var (running, why) = await site.Backup("restore", "--to", moment);
        Assert.NotEqual(0, running);
        Assert.Contains("The server runs", why, StringComparison.Ordinal);

        await site.StopServer();
        await site.BackupSucceeds("restore", "--to", moment);
        await site.StartServer();
        Assert.Equal(before, await site.Sql(Fingerprint));

        await ValidMetrics(await site.Metrics());
    }

    [Fact]
    public async Task A_key_that_is_not_the_repositorys_changes_nothing()
    {
        await using var site = await BackupSite.Start();
        await site.Sql("CREATE TABLE posts AS SELECT g AS id FROM generate_series(1, 100) g");
        var (none, noBackup) = await site.Backup("check", "--to", "latest");
        Assert.NotEqual(0, none);
        Assert.Contains("There is no backup in the repository", noBackup, StringComparison.Ordinal);

        await site.BackupSucceeds("run", "full");
        var before = await site.Sql(Fingerprint);
        await site.StopServer();
        await File.WriteAllTextAsync(site.Key, "another key");
        var (status, output) = await site.Backup("restore", "--to", "latest");
        // 10 would say that the folder is half restored.
        Assert.Equal(1, status);
        Assert.Contains("does not open the repository", output, StringComparison.Ordinal);
        Assert.DoesNotContain("another key", output, StringComparison.Ordinal);

        File.Delete(site.Key);
        Assert.Contains("The secret backup-key is missing", (await site.Backup("check", "--to", "latest")).Output, StringComparison.Ordinal);

        await site.StartServer();
        Assert.Equal(before, await site.Sql(Fingerprint));
    }

    [Fact]
    public async Task A_drill_notices_an_original_that_no_snapshot_has()
    {
        await using var site = await BackupSite.Start();
        var lost = new string('f', 64);
        await site.Sql($"CREATE TABLE \"Documents\" (\"Sha256\" text); INSERT INTO \"Documents\" VALUES ('{lost}')");
        await site.BackupSucceeds("run", "full");
        var (status, output) = await site.Backup("drill");
        Assert.NotEqual(0, status);
        Assert.Contains($"missing: {lost}", output, StringComparison.Ordinal);
        var metrics = await site.Metrics();
        Assert.Equal(0, Value(metrics, "restore_drill_last_success_timestamp_seconds"));
        Assert.NotEqual(0, Value(metrics, "backup_last_failure_timestamp_seconds{kind=\"drill\"}"));
    }

    [Fact]
    public async Task A_full_disk_fails_the_backup_and_leaves_the_database_alone()
    {
        Assert.SkipWhen(BackupSite.Missing is not null, BackupSite.Missing ?? "");
        using var disk = TinyDisk.OrSkip(64);
        await using var site = await BackupSite.Start(disk.Path);
        await site.Sql("CREATE TABLE posts AS SELECT g AS id FROM generate_series(1, 100) g");
        disk.Fill();

        var (status, output) = await site.Backup("run", "full");
        Assert.NotEqual(0, status);
        Assert.Contains("The disk is full", output, StringComparison.Ordinal);
        Assert.NotEqual(0, Value(await site.Metrics(), "backup_last_failure_timestamp_seconds{kind=\"full\"}"));
        await site.Sql("INSERT INTO posts SELECT g FROM generate_series(101, 200) g");

        disk.MakeRoom();
        await site.BackupSucceeds("run", "full");
        Assert.NotEqual(0, Value(await site.Metrics(), "backup_last_success_timestamp_seconds{kind=\"full\"}"));
    }

    [Fact]
    public async Task The_schedule_begins_with_a_full_backup_and_serves_its_metrics()
    {
        await using var site = await BackupSite.Start();
        using var schedule = site.Schedule();
        var told = schedule.StandardError.ReadToEndAsync();
        using var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri($"http://127.0.0.1:{site.Port.ToString(CultureInfo.InvariantCulture)}/") };
        await Eventually.Holds(async () =>
        {
            Assert.False(schedule.HasExited, schedule.HasExited ? await told : "");
            try
            {
                var metrics = await http.GetStringAsync("metrics.txt");
                return Value(metrics, "backup_last_success_timestamp_seconds{kind=\"full\"}") > 0
                    && Value(metrics, "backup_last_success_timestamp_seconds{kind=\"files\"}") > 0
                    && Value(metrics, "backup_last_success_timestamp_seconds{kind=\"keys\"}") > 0;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, TimeSpan.FromMinutes(5));
        await site.BackupSucceeds("healthcheck");

        await BackupSite.Run("kill", ["-TERM", schedule.Id.ToString(CultureInfo.InvariantCulture)]);
        await schedule.WaitForExitAsync();
        Assert.Contains("full done", await told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sentry_hears_of_each_backup_and_a_Sentry_that_hangs_holds_nothing_up()
    {
        await using var sink = await SentrySink.Start();
        await using var site = await BackupSite.Start();
        await site.Sql("CREATE TABLE posts AS SELECT g AS id FROM generate_series(1, 100) g");
        await File.WriteAllTextAsync(site.SentryDsn, sink.Dsn + "\n");
        await site.BackupSucceeds("run", "full");
        // Files follow the database.
        await Eventually.Holds(() => Task.FromResult(sink.CheckIns.Count >= 4));
        var full = sink.CheckIns.Where(told => told.Path == "blogcreator-backup-full").Select(told => told.Body).ToList();
        Assert.Equal(["in_progress", "ok"], full.Select(told => told.GetProperty("status").GetString()));
        Assert.Single(full.Select(told => told.GetProperty("check_in_id").GetString()).Distinct(StringComparer.Ordinal));
        Assert.All(full, told =>
        {
            var schedule = told.GetProperty("monitor_config").GetProperty("schedule");
            Assert.Equal(("crontab", "0 3 * * 0"), (schedule.GetProperty("type").GetString(), schedule.GetProperty("value").GetString()));
            Assert.Equal("UTC", told.GetProperty("monitor_config").GetProperty("timezone").GetString());
        });
        Assert.True(full[1].GetProperty("duration").GetInt32() >= 0);

        // A drill that finds something says so.
        await site.Sql($"CREATE TABLE \"Documents\" (\"Sha256\" text); INSERT INTO \"Documents\" VALUES ('{new string('f', 64)}')");
        Assert.NotEqual(0, (await site.Backup("drill")).Status);
        await Eventually.Holds(() => Task.FromResult(sink.CheckIns.Any(told => told.Path == "blogcreator-restore-drill" && told.Body.GetProperty("status").GetString() == "error")));

        // One that gives no answer, one that is not there, and what is no address at all.
        sink.Status = 0;
        await site.BackupSucceeds("run", "diff");
        await File.WriteAllTextAsync(site.SentryDsn, $"http://{SentrySink.Key}@127.0.0.1:{RunningService.FreePort().ToString(CultureInfo.InvariantCulture)}/42");
        await site.BackupSucceeds("run", "files");
        await File.WriteAllTextAsync(site.SentryDsn, "$(touch /tmp/never)\"; nonsense");
        var output = await site.BackupSucceeds("run", "files");
        Assert.DoesNotContain("nonsense", output, StringComparison.Ordinal);
    }

    private static long Value(string metrics, string name) =>
        long.Parse(metrics.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..], CultureInfo.InvariantCulture);

    private static async Task ValidMetrics(string metrics)
    {
        Assert.NotEqual(0, Value(metrics, "restore_drill_seconds"));
        if (BackupSite.IsInstalled("promtool"))
        {
            var file = Path.GetTempFileName();
            await File.WriteAllTextAsync(file, metrics);
            var (status, output) = await BackupSite.Run("sh", ["-c", $"promtool check metrics <'{file}'"]);
            File.Delete(file);
            Assert.True(status == 0, output);
        }
    }
}

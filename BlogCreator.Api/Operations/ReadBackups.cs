using System.Globalization;
using BlogCreator.Contracts;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Operations;

/// <summary>Asks the backup service when what last succeeded, and says whether that is well: by the same limits as the alarms.</summary>
internal sealed partial class ReadBackups(IOptions<BackupOptions> options, IHttpClientFactory http, TimeProvider clock, ILogger<ReadBackups> logger)
{
    public const string Client = "backup";

    private const string Succeeded = "backup_last_success_timestamp_seconds";
    private const string FailedAt = "backup_last_failure_timestamp_seconds";
    private const string Size = "backup_repository_bytes";
    private const string Drill = "restore_drill_last_success_timestamp_seconds";
    private const string DrillTook = "restore_drill_seconds";

    // It says some thirty lines.
    private const int MostBytes = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // As in the rules of the alarms, backup.yml.
    private static readonly TimeSpan BackupTooOld = TimeSpan.FromHours(26);
    private static readonly TimeSpan DrillTooOld = TimeSpan.FromDays(8);

    // The first backup of a new site takes its time.
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(30);
    private static readonly string[] OfDatabase = ["full", "diff", "incr"];

    public async Task<BackupDetails> Read(CancellationToken cancel)
    {
        if (options.Value.Address is not { } address)
        {
            return new BackupDetails(
                IsSet: false,
                PartState.Notice,
                "This site is told of no backups. The deployments for Docker Compose and Kubernetes make them; anywhere else keep copies of the database, the files and the keys yourself.");
        }

        try
        {
            return Judge(Values(await Ask(address, cancel)), !options.Value.FilesAreElsewhere, clock.GetUtcNow());
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested)
        {
            // Whatever stands at that address: it must not keep the rest of the page from its reader.
            LogFailed(logger, failure);
            return new BackupDetails(
                IsSet: true,
                PartState.Wrong,
                failure is FormatException
                    ? "What answers at the address of the backup service is not the backup service. Nobody knows whether backups are made; set Backup__MetricsUrl to its address."
                    : "The backup service does not answer. Nobody knows whether backups are made; see that it runs.");
        }
    }

    private async Task<string> Ask(Uri address, CancellationToken cancel)
    {
        using var time = new CancellationTokenSource(Patience, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, time.Token);
        using var client = http.CreateClient(Client);
        using var answer = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync(limit.Token);
        var buffer = new byte[MostBytes + 1];
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, limit.Token);
        return read <= MostBytes ? System.Text.Encoding.UTF8.GetString(buffer, 0, read) : throw new FormatException("The answer is too long.");
    }

    /// <summary>The values by name and <c>kind</c>; of what is not ours or no number, nothing.</summary>
    private static Dictionary<(string Name, string Kind), double> Values(string text)
    {
        var values = new Dictionary<(string, string), double>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#' || line.LastIndexOf(' ') is not (> 0 and var space)
                || !double.TryParse(line.AsSpan(space + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value) || value < 0)
            {
                continue;
            }

            var series = line[..space].TrimEnd();
            var name = series.Split('{')[0];
            var kind = series.Split("{kind=\"") is [_, var rest] && rest.EndsWith("\"}", StringComparison.Ordinal) ? rest[..^2] : "";
            values[(name, kind)] = value;
        }

        return values.ContainsKey((Succeeded, "full")) ? values : throw new FormatException("The answer says nothing of backups.");
    }

    private static BackupDetails Judge(Dictionary<(string Name, string Kind), double> values, bool keepsFiles, DateTimeOffset now)
    {
        var (database, first) = (OfDatabase.Max(kind => At(Succeeded, kind)), OfDatabase.Min(kind => At(Succeeded, kind)));
        var drill = Latest(At(Drill, ""), At(Succeeded, "drill"));
        var (files, full) = (At(Succeeded, "files"), At(Succeeded, "full"));
        var failed = values.Where(value => value.Key.Name == FailedAt && value.Value > 0 && value.Value > values.GetValueOrDefault((Succeeded, value.Key.Kind))).Select(value => value.Key.Kind).Order(StringComparer.Ordinal).ToList();
        var (state, words) = true switch
        {
            _ when database is null && failed.Count == 0 && now - Started < Settling => (PartState.Notice, "No backup has been made yet. The first begins by itself."),
            _ when database is null => (PartState.Wrong, "No backup of the database has ever succeeded. The log of the service backup says why; the runbook \"backup-failed\" says what to do."),
            _ when now - database > BackupTooOld => (PartState.Wrong, "The last backup of the database is older than 26 hours. What is lost now is lost since then; the runbook \"backup-failed\" says what to do."),
            // They follow each backup of the database.
            _ when keepsFiles && files is null && now - first > Settling => (PartState.Wrong, "No backup of the uploaded files has ever succeeded. The log of the service backup says why; the runbook \"backup-failed\" says what to do."),
            _ when keepsFiles && now - files > BackupTooOld => (PartState.Wrong, "The last backup of the uploaded files is older than 26 hours. The runbook \"backup-failed\" says what to do."),
            _ when failed.Count > 0 => (PartState.Notice, $"The last attempt failed for {string.Join(", ", failed.Select(Word))}. It is tried again every 15 minutes; the log of the service backup says why."),
            // The first drill comes with the first full backup of a weekend.
            _ when now - (drill ?? full) > DrillTooOld => (PartState.Notice, "No backup was restored as a test for more than 8 days. A backup that was not restored may not restore: run \"blogctl drill\"."),
            _ when drill is null => (PartState.Well, "Backups are made. The first test of restoring one comes on Sunday."),
            _ => (PartState.Well, "Backups are made, and one was restored as a test."),
        };
        return new BackupDetails(
            IsSet: true,
            state,
            words,
            database,
            full,
            files,
            At(Succeeded, "keys"),
            At(Succeeded, "verify"),
            drill,
            drill is null ? null : values.GetValueOrDefault((DrillTook, "")),
            values.TryGetValue((Size, ""), out var bytes) && bytes < long.MaxValue ? (long)bytes : null,
            failed);

        DateTimeOffset? At(string name, string kind) =>
            values.TryGetValue((name, kind), out var seconds) && seconds is > 0 and < 100_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;
    }

    private static DateTimeOffset? Latest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    private static DateTimeOffset Started { get; } = new DateTimeOffset(System.Diagnostics.Process.GetCurrentProcess().StartTime).ToUniversalTime();

    private static string Word(string kind) => kind switch
    {
        "full" or "diff" or "incr" => "the database",
        "files" => "the uploaded files",
        "keys" => "the keys",
        "verify" => "reading every backup",
        "drill" => "restoring as a test",
        _ => "something else",
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not ask the backup service")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}

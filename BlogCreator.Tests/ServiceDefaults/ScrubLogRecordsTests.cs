using BlogCreator.ServiceDefaults;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace BlogCreator.Tests.ServiceDefaults;

/// <summary>What an exporter would be handed after us, in each place where it looks.</summary>
public sealed class ScrubLogRecordsTests
{
    private const string Secret = "s3cr3t-Zq9";

    [Fact]
    public void A_secret_is_in_no_part_of_a_record_also_where_it_was_logged_as_a_whole_sentence()
    {
        var seen = new Seen();
        using (var loggers = LoggerFactory.Create(builder => builder.AddOpenTelemetry(logs =>
        {
            logs.IncludeFormattedMessage = true;
            logs.AddProcessor(new ScrubLogRecords());
            logs.AddProcessor(seen);
        })))
        {
            var log = loggers.CreateLogger("test");
#pragma warning disable CA1848, CA2254 // As a library may do that is not ours.
            log.LogWarning("GET /setup?token=" + Secret);
            log.LogWarning(new InvalidOperationException("Password=" + Secret), "Sent {What}", "Bearer " + Secret);
            log.LogWarning("Finished {Kind} with {Count} pages", "documents.read", 3);
#pragma warning restore CA1848, CA2254
        }

        Assert.Equal(3, seen.Records.Count);
        Assert.All(seen.Records, record => Assert.DoesNotContain(Secret, record, StringComparison.Ordinal));
        Assert.Contains("{OriginalFormat}=GET /setup?token=" + Scrub.Removed, seen.Records[0], StringComparison.Ordinal);
        Assert.Contains("{OriginalFormat}=Sent {What}", seen.Records[1], StringComparison.Ordinal);
        Assert.Contains("Kind=documents.read", seen.Records[2], StringComparison.Ordinal);
        Assert.Contains("{OriginalFormat}=Finished {Kind} with {Count} pages", seen.Records[2], StringComparison.Ordinal);
    }

    private sealed class Seen : BaseProcessor<LogRecord>
    {
        public List<string> Records { get; } = [];

        // Records are used again after this.
        public override void OnEnd(LogRecord data) =>
            Records.Add(string.Join('\n', [data.Body, data.FormattedMessage, data.Exception?.ToString(), .. (data.Attributes ?? []).Select(field => $"{field.Key}={field.Value}")]));
    }
}

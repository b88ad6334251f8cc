using System.Diagnostics;
using System.Diagnostics.Metrics;
using BlogCreator.Api.Platform;

namespace BlogCreator.Api.Operations;

/// <summary>How jobs end and how long they take, and the span of each: it goes on with the trace of the request that asked for it.</summary>
internal static class JobTelemetry
{
    public const string Done = "done";
    public const string Retried = "retried";
    public const string GaveUp = "gave-up";

    // What was asked for last week is a trace of its own, with a link: no store keeps one open for so long.
    private static readonly TimeSpan SameTrace = TimeSpan.FromHours(1);

    public static readonly Counter<long> Ended = Telemetry.Meter.CreateCounter<long>("jobs_ended_total", description: "Attempts at jobs, by how they ended");

    private static readonly Histogram<double> Duration = Telemetry.Meter.CreateHistogram(
        "job_duration_seconds",
        description: "How long an attempt at a job took",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800] });

    public static IEnumerable<TagList> AllEnds(JobKinds kinds) =>
        kinds.Names.SelectMany(kind => (TagList[])[Labels(kind, Done), Labels(kind, Retried), Labels(kind, GaveUp)]);

    /// <summary>By OpenTelemetry's convention for messages, of which a job is one: https://opentelemetry.io/docs/specs/semconv/messaging/.</summary>
    public static Activity? Start(Job job, DateTimeOffset now)
    {
        var isKnown = ActivityContext.TryParse(job.TraceParent, null, isRemote: true, out var asked);
        var goesOn = isKnown && now - job.CreatedAt < SameTrace;
        var name = $"process {job.Kind}";
        return Telemetry.Source.StartActivity(
                name,
                ActivityKind.Consumer,
                goesOn ? asked : default,
                tags:
                [
                    new("messaging.system", "blogcreator"),
                    new("messaging.operation.name", "process"),
                    new("messaging.operation.type", "process"),
                    new("messaging.destination.name", job.Kind),
                    new("messaging.message.id", job.Id.ToString()),
                    new("blogcreator.job.attempt", job.Attempts),
                ],
                links: isKnown && !goesOn ? [new ActivityLink(asked)] : [])
            // Where nothing is traced, the lines of the log still say what they belong to.
            ?? (goesOn ? new Activity(name).SetParentId(asked.TraceId, asked.SpanId, asked.TraceFlags).Start() : null);
    }

    public static void End(string kind, string outcome, TimeSpan took)
    {
        Ended.Add(1, Labels(kind, outcome));
        Duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("kind", kind));
    }

    private static TagList Labels(string kind, string outcome) => new() { { "kind", kind }, { "outcome", outcome } };
}

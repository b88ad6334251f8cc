namespace BlogCreator.LocalHosting.Telemetry;

/// <summary>Who tells it: a service, and which of its processes.</summary>
internal sealed record Source(string Service, string Instance);

/// <summary>What the services told of themselves lately. All of it is in memory, has its bounds, and goes with the engine.</summary>
internal sealed class TelemetryBook(TimeProvider clock)
{
    public TraceBook Traces { get; } = new();

    public RecordBook Records { get; } = new();

    public MetricBook Metrics { get; } = new(clock);
}

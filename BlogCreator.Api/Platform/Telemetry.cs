using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace BlogCreator.Api.Platform;

/// <summary>Where the service's own spans and instruments hang. Instruments stand in the feature that counts.</summary>
public static class Telemetry
{
    public const string Name = "BlogCreator.Api";

    public static readonly ActivitySource Source = new(Name);
    public static readonly Meter Meter = new(Name);
}

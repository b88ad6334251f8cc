namespace BlogCreator.LocalHosting;

/// <summary>What the engine is told by the app host rather than by options.</summary>
/// <param name="IsTest">Silent, and on random ports.</param>
/// <param name="IsDataTemporary">The data was made for this app alone, and goes when it goes.</param>
internal sealed record EngineSettings(string Product, string DataDirectory, bool IsTest, bool IsDataTemporary)
{
    /// <summary>Where the manifest lies that is kept with the sources.</summary>
    public string ManifestPath { get; init; } = "";

    /// <summary>The dashboard's key, for whoever wants to choose it.</summary>
    public string? DashboardToken { get; init; }

    /// <summary>Everybody who reaches the dashboard's port may use it.</summary>
    public bool IsDashboardAnonymous { get; init; }

    /// <summary>Where the services send their telemetry, when somebody chose it.</summary>
    public string? Collector { get; init; }
}

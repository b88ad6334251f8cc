namespace BlogCreator.LocalHosting;

/// <summary>What the engine is told by the app host rather than by options.</summary>
/// <param name="IsTest">Silent, and on random ports.</param>
/// <param name="IsDataTemporary">The data was made for this app alone, and goes when it goes.</param>
internal sealed record EngineSettings(string Product, string DataDirectory, bool IsTest, bool IsDataTemporary);

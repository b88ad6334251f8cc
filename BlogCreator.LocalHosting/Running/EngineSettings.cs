namespace BlogCreator.LocalHosting;

/// <summary>What the engine is told by the app host rather than by options.</summary>
/// <param name="IsTest">Silent, on random ports, and its data goes when it goes.</param>
internal sealed record EngineSettings(string Product, string DataDirectory, bool IsTest);

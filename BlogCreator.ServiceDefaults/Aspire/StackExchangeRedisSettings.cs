namespace Aspire.StackExchange.Redis;

/// <summary>The part of Aspire's settings of the same name that is used here.</summary>
public sealed class StackExchangeRedisSettings
{
    public string? ConnectionString { get; set; }

    public bool DisableHealthChecks { get; set; }
}

using BlogCreator.Contracts;

namespace BlogCreator.Api.Operations;

/// <summary>A feature that knows what was used of it, month by month.</summary>
public interface ICountUsage
{
    /// <summary>One or more entries for a month in which something was used; what it knows nothing of is 0.</summary>
    Task<IReadOnlyList<UsageMonth>> Count(DateTimeOffset since, CancellationToken cancel);
}

using System.ComponentModel.DataAnnotations;

namespace BlogCreator.ServiceDefaults;

/// <summary>Settings <c>Redis__*</c>.</summary>
public sealed class RedisOptions
{
    /// <summary>How long a request waits for Redis before it goes on without.</summary>
    [Range(1, 10_000, ErrorMessage = "Redis__BudgetMilliseconds must be a number of milliseconds from 1 to 10000.")]
    public int BudgetMilliseconds { get; set; } = 50;

    public TimeSpan Budget => TimeSpan.FromMilliseconds(BudgetMilliseconds);
}

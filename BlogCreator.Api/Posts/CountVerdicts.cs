using System.Diagnostics.Metrics;
using System.Text.Json;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Posts;

/// <summary><c>claims_checked_total</c>: statements of versions that were saved, and of posts that somebody had checked again.</summary>
internal static class CountVerdicts
{
    internal static readonly Counter<long> Counter = Telemetry.Meter.CreateCounter<long>("claims_checked_total", description: "Statements that were checked, by verdict");

    public static IEnumerable<string> Names => Enum.GetValues<Verdict>().Select(Name);

    public static void Run(IReadOnlyList<ClaimDetails> claims)
    {
        foreach (var (verdict, count) in claims.CountBy(claim => claim.Verdict))
        {
            Counter.Add(count, new KeyValuePair<string, object?>("verdict", Name(verdict)));
        }
    }

    private static string Name(Verdict verdict) => JsonNamingPolicy.KebabCaseLower.ConvertName(verdict.ToString());
}

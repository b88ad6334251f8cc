using System.Runtime.InteropServices;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;

namespace BlogCreator.Api.Operations;

/// <summary>What runs here, and on what. Of the servers, what the parts that asked them were told.</summary>
internal sealed class DescribeVersions(RollCall roll, TimeProvider clock)
{
    public ReplicaDetails Self => Describe(roll.Self, clock.GetUtcNow());

    public async Task<IReadOnlyList<ReplicaDetails>> Replicas(CancellationToken cancel) =>
        [.. (await roll.Present(cancel)).Select(row => Describe(row.Process, row.SeenAt))];

    private static ReplicaDetails Describe(RunningProcess process, DateTimeOffset seenAt) => new(process.Service, process.Version.Split('+')[0], process.StartedAt, seenAt);

    public VersionsDetails Of(IReadOnlyList<OperationsPart> parts, IReadOnlyList<ReplicaDetails> replicas)
    {
        return new VersionsDetails(
            RollCall.Version.Split('+')[0],
            RollCall.Version.Split('+') is [_, { Length: > 0 } commit] ? commit : null,
            RuntimeInformation.FrameworkDescription,
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}",
            Fact("database", "kind") is { } kind ? $"{kind} {Fact("database", "version")}".TrimEnd() : null,
            Fact("database", "schema"),
            Fact("redis", "version"),
            Fact("search", "version") is { } search ? $"Elasticsearch {search}" : null,
            roll.Self.StartedAt,
            replicas);

        string? Fact(string part, string name) => parts.FirstOrDefault(row => row.Name == part)?.Facts.FirstOrDefault(fact => fact.Name == name)?.Value;
    }
}

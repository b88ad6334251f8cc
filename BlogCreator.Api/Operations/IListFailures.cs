using BlogCreator.Contracts;

namespace BlogCreator.Api.Operations;

/// <summary>A feature whose work can fail for a reason that a person should know of.</summary>
public interface IListFailures
{
    /// <summary>
    /// The latest first. What belongs to somebody other than <paramref name="caller"/> comes without its name, and with no
    /// reason that holds one.
    /// </summary>
    Task<IReadOnlyList<FailureDetails>> Latest(Guid caller, int most, CancellationToken cancel);
}

/// <summary>Who lists failures of which kinds of job; a failure of another kind cannot be tried again.</summary>
public sealed record FailureSource(IReadOnlyList<string> Kinds, Type Type);

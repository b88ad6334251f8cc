namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>A place that holds secrets by name: a folder, Vault, AWS.</summary>
internal interface ISecretSource : IDisposable
{
    /// <summary>For whoever looks for a secret that is missing.</summary>
    string Place { get; }

    /// <summary>All that it holds now, asked anew.</summary>
    /// <exception cref="SecretSourceException">It cannot be asked.</exception>
    SecretsRead Read();
}

/// <param name="Values">By name.</param>
/// <param name="Unreadable">Names that are there and cannot be read, with the reason.</param>
/// <param name="GoodFor">After that it is to be asked again.</param>
internal sealed record SecretsRead(IReadOnlyDictionary<string, string> Values, IReadOnlyDictionary<string, string> Unreadable, TimeSpan GoodFor)
{
    public static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>The message goes to a log as it is: it names places and settings and never holds what a source answered.</summary>
/// <param name="passing">It may go away by itself, so that asking again makes sense.</param>
internal sealed class SecretSourceException(string message, bool passing) : Exception(message)
{
    public bool IsPassing { get; } = passing;
}

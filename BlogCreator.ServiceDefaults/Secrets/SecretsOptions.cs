namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>Settings <c>Secrets__*</c>. Read before there are services, and checked when they are read.</summary>
internal sealed class SecretsOptions
{
    /// <summary>The folder with one file for each secret, as Docker and Kubernetes mount it.</summary>
    public string Path { get; set; } = "/run/secrets";

    /// <summary>How often the files are looked at. A file that is mounted by itself changes without a word to whoever watches.</summary>
    public double PollSeconds { get; set; } = 2;

    /// <summary>How long a start waits for a source that is away.</summary>
    public double StartSeconds { get; set; } = 30;

    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Path))
        {
            yield return "Secrets__Path is empty: name the folder with the secrets, or leave it out for /run/secrets.";
        }

        if (PollSeconds is not (>= 0.2 and <= 3600))
        {
            yield return "Secrets__PollSeconds must be a number of seconds from 0.2 to 3600.";
        }

        if (StartSeconds is not (>= 0 and <= 600))
        {
            yield return "Secrets__StartSeconds must be a number of seconds from 0 to 600.";
        }
    }
}

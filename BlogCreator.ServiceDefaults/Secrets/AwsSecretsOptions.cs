using Microsoft.Extensions.Configuration;

namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>Settings <c>AwsSecrets__*</c>. Without the id of a secret AWS is not asked.</summary>
internal sealed class AwsSecretsOptions
{
    /// <summary>Name or ARN of the secret whose text is a JSON object of names to values.</summary>
    public string? SecretId { get; set; }

    public string? Region { get; set; }

    /// <summary>Instead of the region's own address: an endpoint in a private network.</summary>
    public string? Endpoint { get; set; }

    /// <summary>How often it is asked again. Each time costs a little money.</summary>
    public double PollSeconds { get; set; } = 300;

    public Uri Url => new(!string.IsNullOrWhiteSpace(Endpoint) ? Endpoint.Trim()
        : $"https://secretsmanager.{Region}.amazonaws.com{(Region!.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}/");

    public static void Add(IConfiguration configuration, TimeProvider clock, List<SecretsProvider.Slot> sources, List<string> problems)
    {
        var section = configuration.GetSection("AwsSecrets");
        var options = section.Get<AwsSecretsOptions>() ?? new();
        if (string.IsNullOrWhiteSpace(options.SecretId))
        {
            if (section.GetChildren().Any(child => !string.IsNullOrWhiteSpace(child.Value)))
            {
                problems.Add("AwsSecrets__SecretId is not set and other settings of AWS Secrets Manager are. Set it to a secret's name or ARN, or set none of them.");
            }

            return;
        }

        var wrong = options.Problems().ToList();
        problems.AddRange(wrong);
        if (wrong.Count == 0)
        {
            sources.Add(new(new AwsSecrets(options, new AwsCredentials(configuration, options.Region!, clock), clock)));
        }
    }

    private IEnumerable<string> Problems()
    {
        if (Region is null || !IsRegion(Region))
        {
            yield return "AwsSecrets__Region is not set or is no region: write it like 'eu-central-1'.";
        }

        if (!string.IsNullOrWhiteSpace(Endpoint)
            && (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var address) || !(address.Scheme is "https" || (address.Scheme is "http" && address.IsLoopback)) || address.PathAndQuery != "/" || address.UserInfo.Length > 0))
        {
            yield return "AwsSecrets__Endpoint is no address: write it like 'https://vpce-1.secretsmanager.eu-central-1.vpce.amazonaws.com', or leave it out.";
        }

        if (PollSeconds is not (>= 1 and <= 86400))
        {
            yield return "AwsSecrets__PollSeconds must be a number of seconds from 1 to 86400.";
        }
    }

    private static bool IsRegion(string text) =>
        text.Split('-') is { Length: >= 3 } parts && parts.All(part => part.Length > 0 && part.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter)));
}

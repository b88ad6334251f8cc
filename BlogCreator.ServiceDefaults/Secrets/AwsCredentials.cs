using System.Globalization;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Microsoft.Extensions.Configuration;

namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>
/// Who this process is to AWS, looked for in the order of its own libraries: the environment, the identity of a Kubernetes service
/// account, a file of credentials, the role of a task or pod, the role of the machine. Only the names of variables are AWS's.
/// </summary>
internal sealed class AwsCredentials(IConfiguration configuration, string region, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BeforeItEnds = TimeSpan.FromMinutes(5);

    private readonly SecretsHttp _http = new(TimeSpan.FromSeconds(5));
    private readonly SecretsHttp _near = new(Patience, proxy: false);
    private AwsKey? _key;

    public AwsKey Key()
    {
        // A key that ends is asked for anew in good time, and one in a file may have been exchanged.
        if (_key?.EndsAt is null || _key.EndsAt - BeforeItEnds <= clock.GetUtcNow())
        {
            _key = FromEnvironment() ?? FromServiceAccount() ?? FromFile() ?? FromContainer() ?? FromMachine();
        }

        return _key ?? throw new SecretSourceException(
            "no credentials were found: give the task, pod or machine a role, or set AWS_SHARED_CREDENTIALS_FILE to a file that is mounted as a secret", passing: true);
    }

    public void Forget() => _key = null;

    public void Dispose()
    {
        _http.Dispose();
        _near.Dispose();
    }

    private AwsKey? FromEnvironment() => Set("AWS_ACCESS_KEY_ID") is { } id && Set("AWS_SECRET_ACCESS_KEY") is { } secret
        ? new(id, secret, Set("AWS_SESSION_TOKEN"))
        : null;

    private AwsKey? FromServiceAccount()
    {
        if (Set("AWS_WEB_IDENTITY_TOKEN_FILE") is not { } file || Set("AWS_ROLE_ARN") is not { } role)
        {
            return null;
        }

        var address = new Uri(Set("AWS_ENDPOINT_URL_STS") ?? $"https://sts.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}/");
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent(
            [
                new("Action", "AssumeRoleWithWebIdentity"),
                new("Version", "2011-06-15"),
                new("RoleArn", role),
                new("RoleSessionName", Set("AWS_ROLE_SESSION_NAME") ?? "blogcreator"),
                new("WebIdentityToken", Text(file, "AWS_WEB_IDENTITY_TOKEN_FILE")),
            ]),
        };
        var (status, body) = _http.Send(request, "the server that turns a service account's token into credentials");
        if (status != 200)
        {
            throw new SecretSourceException($"the role in AWS_ROLE_ARN was refused ({status}): its trust policy must name this cluster and service account", passing: status >= 500);
        }

        try
        {
            var found = XDocument.Parse(body).Descendants().Where(element => !element.HasElements).GroupBy(element => element.Name.LocalName, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.First().Value, StringComparer.Ordinal);
            return new(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], Time(found["Expiration"]));
        }
        catch (Exception failure) when (failure is XmlException or KeyNotFoundException)
        {
            throw new SecretSourceException("the role in AWS_ROLE_ARN was given in an unknown form", passing: false);
        }
    }

    private AwsKey? FromFile()
    {
        var file = Set("AWS_SHARED_CREDENTIALS_FILE");
        if (file is null)
        {
            var usual = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aws", "credentials");
            if (!File.Exists(usual))
            {
                return null;
            }

            file = usual;
        }

        var profile = Set("AWS_PROFILE") ?? "default";
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var here = false;
        foreach (var line in Text(file, "AWS_SHARED_CREDENTIALS_FILE").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('['))
            {
                here = line.Trim('[', ']', ' ') == profile;
            }
            else if (here && !line.StartsWith('#') && line.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var value])
            {
                values[name] = value;
            }
        }

        return values.TryGetValue("aws_access_key_id", out var id) && values.TryGetValue("aws_secret_access_key", out var secret)
            ? new(id, secret, values.GetValueOrDefault("aws_session_token"))
            : throw new SecretSourceException($"the file of credentials has no profile '{profile}' with aws_access_key_id and aws_secret_access_key", passing: false);
    }

    private AwsKey? FromContainer()
    {
        var address = Set("AWS_CONTAINER_CREDENTIALS_FULL_URI") ?? (Set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") is { } path ? "http://169.254.170.2" + path : null);
        if (address is null)
        {
            return null;
        }

        var request = new HttpRequestMessage(HttpMethod.Get, address);
        var token = Set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") is { } file ? Text(file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") : Set("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", token);
        }

        return Given(_near.Send(request, "the agent of this task or pod"), "the role of this task or pod");
    }

    /// <summary>The second version of the machine's own service, which asks for a token first.</summary>
    private AwsKey? FromMachine()
    {
        if (string.Equals(Set("AWS_EC2_METADATA_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var service = (Set("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254").TrimEnd('/');
        const string Whom = "the service of this machine (no other credentials were found)";
        var ask = new HttpRequestMessage(HttpMethod.Put, service + "/latest/api/token");
        ask.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "300");
        var (status, token) = _near.Send(ask, Whom);
        if (status != 200)
        {
            return null;
        }

        var roles = service + "/latest/meta-data/iam/security-credentials/";
        (status, var role) = _near.Send(WithToken(roles), Whom);
        return status == 200 ? Given(_near.Send(WithToken(roles + role.Split('\n')[0].Trim()), Whom), "the role of this machine") : null;

        HttpRequestMessage WithToken(string address)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.TryAddWithoutValidation("X-aws-ec2-metadata-token", token);
            return request;
        }
    }

    private static AwsKey Given((int Status, string Body) answer, string what)
    {
        JsonElement? given = answer.Status == 200 ? SecretsHttp.Json(answer.Body) : null;
        return SecretsHttp.Text(given, "AccessKeyId") is { } id && SecretsHttp.Text(given, "SecretAccessKey") is { } secret
            ? new(id, secret, SecretsHttp.Text(given, "Token"), SecretsHttp.Text(given, "Expiration") is { } ends ? Time(ends) : null)
            : throw new SecretSourceException($"{what} gave no credentials ({answer.Status})", passing: answer.Status >= 500);
    }

    private static DateTimeOffset? Time(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private string? Set(string name) => configuration[name] is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    private static string Text(string file, string setting)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SecretSourceException($"the file that {setting} names cannot be read ({failure.GetType().Name})", passing: failure is IOException);
        }
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;

namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>Settings <c>Vault__*</c>. Without an address there is no Vault.</summary>
internal sealed class VaultOptions
{
    public string? Address { get; set; }

    /// <summary>Where the engine KV version 2 is mounted.</summary>
    public string Mount { get; set; } = "secret";

    /// <summary>The entry whose keys are the names of the secrets.</summary>
    public string? Path { get; set; }

    public string? Namespace { get; set; }

    /// <summary>A file with a token, as Vault's agent writes and renews it.</summary>
    public string? TokenFile { get; set; }

    /// <summary>For AppRole.</summary>
    public string? RoleId { get; set; }

    public string? SecretIdFile { get; set; }

    /// <summary>For Kubernetes.</summary>
    public string? KubernetesRole { get; set; }

    public string ServiceAccountTokenFile { get; set; } = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>Where AppRole or Kubernetes is mounted, when that is not under its own name.</summary>
    public string? AuthMount { get; set; }

    /// <summary>The certificate (PEM) of the authority that Vault's own comes from, where the machine does not know it.</summary>
    public string? CaFile { get; set; }

    /// <summary>How often the entry is read again.</summary>
    public double PollSeconds { get; set; } = 60;

    public Uri Url => new(Address!.Trim().TrimEnd('/') + "/");

    public static void Add(IConfiguration configuration, TimeProvider clock, List<SecretsProvider.Slot> sources, List<string> problems)
    {
        var section = configuration.GetSection("Vault");
        var options = section.Get<VaultOptions>() ?? new();
        if (string.IsNullOrWhiteSpace(options.Address))
        {
            if (section.GetChildren().Any(child => !string.IsNullOrWhiteSpace(child.Value)))
            {
                problems.Add("Vault__Address is not set and other settings of Vault are. Set it, for example 'https://vault.example.org:8200', or none of them.");
            }

            return;
        }

        var wrong = options.Problems().ToList();
        problems.AddRange(wrong);
        if (wrong.Count == 0)
        {
            sources.Add(new(new VaultSecrets(options, clock)));
        }
    }

    private IEnumerable<string> Problems()
    {
        if (!Uri.TryCreate(Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0 || address.Query.Length > 0)
        {
            yield return "Vault__Address is no address: write it like 'https://vault.example.org:8200'.";
        }
        else if (address.Scheme is "http" && !address.IsLoopback)
        {
            yield return "Vault__Address begins with 'http:', which would show every secret to the network: use 'https:'. 'http:' is for an agent on this machine's own address.";
        }

        if (string.IsNullOrWhiteSpace(Path) || !IsPath(Path))
        {
            yield return "Vault__Path is not set or is no path: name the entry whose keys are the secrets, for example 'blogcreator'.";
        }

        if (!IsPath(Mount))
        {
            yield return "Vault__Mount is no path: name where the engine KV version 2 is mounted, or leave it out for 'secret'.";
        }

        if (AuthMount is not null && !IsPath(AuthMount))
        {
            yield return "Vault__AuthMount is no path: name where the way to sign in is mounted, or leave it out.";
        }

        var ways = new[] { TokenFile, RoleId, KubernetesRole }.Count(way => !string.IsNullOrWhiteSpace(way));
        if (ways != 1)
        {
            yield return $"Vault wants one way to sign in and has {(ways == 0 ? "none" : "several")}: set Vault__TokenFile, or Vault__RoleId with Vault__SecretIdFile, or Vault__KubernetesRole.";
        }

        if (string.IsNullOrWhiteSpace(RoleId) != string.IsNullOrWhiteSpace(SecretIdFile))
        {
            yield return "Vault__RoleId and Vault__SecretIdFile belong together: set both, or neither.";
        }

        if (!string.IsNullOrWhiteSpace(CaFile) && !IsCertificate(CaFile))
        {
            yield return "Vault__CaFile names no file with a certificate (PEM).";
        }

        if (PollSeconds is not (>= 1 and <= 3600))
        {
            yield return "Vault__PollSeconds must be a number of seconds from 1 to 3600.";
        }
    }

    private static bool IsPath(string path) =>
        path.Trim('/').Split('/').All(part => part.Length > 0 && part is not ("." or "..") && part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'));

    private static bool IsCertificate(string file)
    {
        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPemFile(file);
            return found.Count > 0;
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Operations;

/// <summary>Settings <c>Backup__*</c>.</summary>
public sealed class BackupOptions
{
    /// <summary>Where the backup service says when what last succeeded, as Prometheus reads it. Empty: this site is told of none.</summary>
    public string? MetricsUrl { get; set; }

    /// <summary>In a bucket, which the backup service leaves to its keeper. Said by whoever keeps the files.</summary>
    internal bool FilesAreElsewhere { get; set; }

    internal Uri? Address => Uri.TryCreate(MetricsUrl?.Trim(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null;

    internal bool IsSet => !string.IsNullOrWhiteSpace(MetricsUrl);
}

/// <summary>Refuses to start on an address that cannot be used.</summary>
internal sealed class CheckBackupOptions : IValidateOptions<BackupOptions>
{
    public ValidateOptionsResult Validate(string? name, BackupOptions options) => options switch
    {
        { IsSet: true, Address: null } => ValidateOptionsResult.Fail("Backup__MetricsUrl is no address. It begins with http:// or https://, such as http://backup:9187/metrics.txt; leave it empty where there is no backup service."),
        { Address.UserInfo.Length: > 0 } => ValidateOptionsResult.Fail("Backup__MetricsUrl holds a user or a password. The backup service asks for none; take it out."),
        _ => ValidateOptionsResult.Success,
    };
}

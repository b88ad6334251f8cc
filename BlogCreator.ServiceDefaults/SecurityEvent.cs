using Microsoft.Extensions.Logging;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// What is worth a line in the stream of security events, by the names and levels of OWASP's Application Logging Vocabulary.
/// The list is closed: searches and alerts rest on these names.
/// </summary>
public sealed class SecurityEvent
{
    internal const string Authentication = "authentication";

    public static readonly SecurityEvent SignedIn = new("authn_login_success", LogLevel.Information, Authentication, "start", succeeded: true);
    public static readonly SecurityEvent SignedInAfterFailures = new("authn_login_successafterfail", LogLevel.Information, Authentication, "start", succeeded: true);
    public static readonly SecurityEvent SignInFailed = new("authn_login_fail", LogLevel.Warning, Authentication, "start", succeeded: false);
    public static readonly SecurityEvent SignInLocked = new("authn_login_lock", LogLevel.Warning, Authentication, "info", succeeded: true);
    public static readonly SecurityEvent KeyCreated = new("authn_token_created", LogLevel.Information, "iam", "creation", succeeded: true);
    public static readonly SecurityEvent KeyRevoked = new("authn_token_revoked", LogLevel.Information, "iam", "deletion", succeeded: true);
    public static readonly SecurityEvent SessionCreated = new("session_created", LogLevel.Information, "session", "start", succeeded: true);
    public static readonly SecurityEvent SessionEnded = new("session_expired", LogLevel.Information, "session", "end", succeeded: true);
    public static readonly SecurityEvent SessionUsedAfterEnd = new("session_use_after_expire", LogLevel.Critical, "session", "info", succeeded: false);
    public static readonly SecurityEvent NotAllowed = new("authz_fail", LogLevel.Critical, "iam", "info", succeeded: false);
    public static readonly SecurityEvent ActedAsOwner = new("authz_admin", LogLevel.Warning, "iam", "admin", succeeded: true);
    public static readonly SecurityEvent InputRefused = new("input_validation_fail", LogLevel.Warning, "web", "error", succeeded: false);
    public static readonly SecurityEvent UploadComplete = new("upload_complete", LogLevel.Information, "file", "creation", succeeded: true);
    public static readonly SecurityEvent UploadRead = new("upload_validation", LogLevel.Information, "file", "info", succeeded: true);
    public static readonly SecurityEvent UploadRefused = new("upload_validation", LogLevel.Information, "file", "info", succeeded: false);

    /// <summary>Its content is not what its name says.</summary>
    public static readonly SecurityEvent UploadDisguised = new("upload_validation", LogLevel.Critical, "file", "info", succeeded: false);
    public static readonly SecurityEvent UploadDeleted = new("upload_delete", LogLevel.Information, "file", "deletion", succeeded: true);
    public static readonly SecurityEvent LimitExceeded = new("excess_rate_limit_exceeded", LogLevel.Warning, "web", "error", succeeded: false);
    public static readonly SecurityEvent ForeignOrigin = new("malicious_cors", LogLevel.Critical, "intrusion_detection", "denied", succeeded: false);
    public static readonly SecurityEvent GateOverridden = new("privilege_permissions_changed", LogLevel.Warning, "iam", "change", succeeded: true);
    public static readonly SecurityEvent PersonCreated = new("user_created", LogLevel.Warning, "iam", "creation", succeeded: true);
    public static readonly SecurityEvent PersonChanged = new("user_updated", LogLevel.Warning, "iam", "change", succeeded: true);
    public static readonly SecurityEvent Started = new("sys_startup", LogLevel.Warning, "process", "start", succeeded: true);
    public static readonly SecurityEvent Stopped = new("sys_shutdown", LogLevel.Warning, "process", "end", succeeded: true);

    private SecurityEvent(string name, LogLevel level, string category, string type, bool succeeded) =>
        (Name, Level, Category, Type, Succeeded) = (name, level, category, type, succeeded);

    public string Name { get; }

    public LogLevel Level { get; }

    internal string Category { get; }

    internal string Type { get; }

    internal bool Succeeded { get; }
}

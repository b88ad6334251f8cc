namespace BlogCreator.LocalHosting;

internal enum LogSeverity
{
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

/// <summary>One thing that a service said, in parts where its log has parts.</summary>
internal sealed record LogEntry(DateTimeOffset Time, LogSeverity Severity, string Message)
{
    /// <summary>Counts over all services, in the order in which the engine heard them.</summary>
    public long Number { get; init; }

    public string Resource { get; init; } = "";

    public string Category { get; init; } = "";

    public string TraceId { get; init; } = "";

    /// <summary>Known only of what came as telemetry.</summary>
    public string SpanId { get; init; } = "";

    public string Exception { get; init; } = "";

    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; } = [];

    /// <summary>Worth showing to whoever looks on: a warning, an error, or a word that no logger wrote.</summary>
    public bool IsLoud { get; init; }

    /// <summary>Came with its parts, so that the text has to be put together.</summary>
    public bool IsStructured { get; init; }

    public string Text => IsStructured
        ? $"{Name(Severity)}: {(Category.Length > 0 ? $"{Category}: " : "")}{Message}{(Exception.Length > 0 ? $"{Environment.NewLine}{Exception}" : "")}"
        : Message;

    /// <summary>About what it takes in memory.</summary>
    public int Length => Message.Length + Category.Length + Exception.Length + Fields.Sum(pair => pair.Key.Length + pair.Value.Length) + 100;

    public static string Name(LogSeverity severity) => severity switch
    {
        LogSeverity.Trace => "trace",
        LogSeverity.Debug => "debug",
        LogSeverity.Info => "info",
        LogSeverity.Warn => "warn",
        LogSeverity.Error => "error",
        LogSeverity.Fatal => "fatal",
        _ => throw new InvalidOperationException($"No name for {severity}."),
    };

    /// <summary>The names that .NET's formatters and the Elastic Common Schema have for levels.</summary>
    public static LogSeverity? SeverityOf(string name) => name.ToUpperInvariant() switch
    {
        "TRACE" or "TRCE" => LogSeverity.Trace,
        "DEBUG" or "DBUG" => LogSeverity.Debug,
        "INFO" or "INFORMATION" => LogSeverity.Info,
        "WARN" or "WARNING" => LogSeverity.Warn,
        "ERROR" or "FAIL" => LogSeverity.Error,
        "FATAL" or "CRIT" or "CRITICAL" or "PANIC" => LogSeverity.Fatal,
        _ => null,
    };

    public LogEntry Redacted(Secrets secrets) => this with
    {
        Message = secrets.Redacted(Message),
        Exception = secrets.Redacted(Exception),
        Fields = Fields.Count == 0 ? Fields : [.. Fields.Select(pair => new KeyValuePair<string, string>(pair.Key, secrets.Redacted(pair.Value)))],
    };
}

using System.Globalization;
using Aspire.Hosting;

namespace BlogCreator.LocalHosting;

/// <summary>The options of the engine, all known before anything starts.</summary>
internal sealed record CommandLine
{
    /// <summary>Stands for everything that is not named. No resource can have this name.</summary>
    public const string All = "*";

    private const int MostReplicas = 32;

    public const string Help = """
        Usage: dotnet run --project BlogCreator.AppHost -- [options]

        Runs the app on this machine.
          --data DIR               where databases, files and logs are kept (default: .data in the repository)
          --port NAME=PORT         another port for a service, e.g. --port web=9000; may be repeated
          --health-timeout SECONDS how long a service may take to get healthy (default: 60)
          --stop-timeout SECONDS   how long a service may take to stop (default: 30)
          --dashboard-port PORT    where the dashboard is (default: 15888, or the next that is free)
          --no-dashboard           runs without it
          --services native        starts the PostgreSQL, Redis and Elasticsearch that are installed here, with data in the
                                   data folder; postgres=native,redis=native chooses among them
          --replicas N             runs that many of every service that is made for several; api=3,web=2 is possible too
          --verbose                shows everything that the services log, not only warnings and errors

        Writes the app model down instead.
          --publisher manifest --output-path FILE
                                   the manifest that azd and other tools read
          --operation publish      the same, spelled out

          --help                   this text

        Settings of the app host are given as environment variables or as --Name:Part VALUE:
          ConnectionStrings__blogdb, ConnectionStrings__redis, ConnectionStrings__elasticsearch
                                   a server to use instead of the embedded one
          Parameters__NAME         a parameter of the app host, e.g. Parameters__site_name
        """;

    public bool IsHelp { get; init; }

    public bool IsPublish { get; init; }

    public string? OutputPath { get; init; }

    public string? Data { get; init; }

    public bool IsVerbose { get; init; }

    public bool IsWithoutDashboard { get; init; }

    /// <summary>Null when nobody chose one.</summary>
    public int? DashboardPort { get; init; }

    public TimeSpan HealthTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public IReadOnlyDictionary<string, int> Ports { get; init; } = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Which servers of this machine are to be started, by resource; <see cref="All"/> for those not named.</summary>
    public IReadOnlyDictionary<string, bool> Native { get; init; } = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How many of a service are to run, by service; <see cref="All"/> for those not named.</summary>
    public IReadOnlyDictionary<string, int> Replicas { get; init; } = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Settings of the app host, by configuration key.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    public bool IsNative(string resource) => Native.TryGetValue(resource, out var own) ? own : Native.GetValueOrDefault(All);

    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var options = new CommandLine();
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var ports = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        string? operation = null;
        string? publisher = null;
        string? step = null;
        for (var i = 0; i < args.Count; i++)
        {
            var (name, given) = Split(args[i]);
            switch (name)
            {
                case "--help" or "-h" or "-?":
                    return options with { IsHelp = true };
                case "--verbose":
                    options = options with { IsVerbose = true };
                    break;
                case "--no-dashboard":
                    options = options with { IsWithoutDashboard = true };
                    break;
                case "--dashboard-port":
                    options = options with { DashboardPort = Number(name, Next()) };
                    break;
                case "--data":
                    options = options with { Data = Next() };
                    break;
                case "--output-path" or "-o":
                    options = options with { OutputPath = Next() };
                    break;
                case "--publisher":
                    publisher = Next();
                    break;
                case "--operation":
                    operation = Next();
                    break;
                case "--step":
                    step = Next();
                    break;
                case "--services":
                    options = options with { Native = Named(name, Next(), "native or postgres=native,redis=native", Kind) };
                    break;
                case "--replicas":
                    options = options with { Replicas = Named(name, Next(), "3 or api=3,web=2", Count) };
                    break;
                case "--health-timeout":
                    options = options with { HealthTimeout = Seconds(name, Next()) };
                    break;
                case "--stop-timeout":
                    options = options with { StopTimeout = Seconds(name, Next()) };
                    break;
                case "--port":
                    var (service, port) = Port(Next());
                    ports[service] = port;
                    break;
                case { } key when key.StartsWith("--", StringComparison.Ordinal) && key.Contains(':', StringComparison.Ordinal):
                    settings[key[2..]] = Next();
                    break;
                default:
                    throw new EngineError($"'{args[i]}' is not an option.", "See --help for those there are.");
            }

            string Next() =>
                given ?? (i + 1 < args.Count ? args[++i] : throw new EngineError($"The option {name} needs a value.", "See --help."));
        }

        return options with { Settings = settings, Ports = ports, IsPublish = IsPublishing(operation, publisher, step, options.OutputPath) };
    }

    private static bool IsPublishing(string? operation, string? publisher, string? step, string? outputPath)
    {
        if (operation is not (null or "run" or "publish"))
        {
            throw new EngineError($"There is no operation '{operation}'.", "Use --operation run or --operation publish.");
        }

        if (publisher is not (null or "manifest") || step is not (null or "publish-manifest"))
        {
            throw new EngineError($"This engine cannot publish '{publisher ?? step}'.", "It writes the manifest: --publisher manifest --output-path FILE");
        }

        var publishes = operation == "publish" || publisher is not null || step is not null;
        return publishes switch
        {
            true when operation == "run" => throw new EngineError("--operation run publishes nothing.", "Leave out --publisher, or use --operation publish."),
            true when outputPath is null => throw new EngineError("The manifest needs a file to be written to.", "Add --output-path FILE."),
            false when outputPath is not null => throw new EngineError("--output-path is only for publishing.", "Add --publisher manifest."),
            _ => publishes,
        };
    }

    private static (string Name, string? Value) Split(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) && argument.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
            ? (argument[..at], argument[(at + 1)..])
            : (argument, null);

    private static TimeSpan Seconds(string option, string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86_400
            ? TimeSpan.FromSeconds(seconds)
            : throw new EngineError($"{option} {value} is no number of seconds.", $"For example: {option} 90");

    private static bool? Kind(string value) => value is "native" or "embedded" ? value == "native" : null;

    private static int? Count(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= MostReplicas ? count : null;

    /// <summary>One value for all, or NAME=VALUE with commas between.</summary>
    private static Dictionary<string, T> Named<T>(string option, string text, string example, Func<string, T?> read)
        where T : struct
    {
        var values = new Dictionary<string, T>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(','))
        {
            var (name, value) = part.Split('=') switch
            {
                [var all] => (All, read(all)),
                [{ Length: > 0 } one, var its] => (one, read(its)),
                _ => (part, null),
            };
            values[name] = value ?? throw new EngineError($"{option} {text} cannot be understood at '{part}'.", $"For example: {option} {example}");
        }

        return values;
    }

    private static int Number(string option, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65_535
            ? port
            : throw new EngineError($"{option} {value} names no port.", $"For example: {option} 15900");

    private static (string Service, int Port) Port(string value) =>
        value.Split('=') is [{ Length: > 0 } service, var text]
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && port is > 0 and <= 65_535
            ? (service, port)
            : throw new EngineError($"--port {value} names no port.", "For example: --port web=9000");
}

/// <summary>Something that whoever runs the app can mend, in a sentence, and what to do about it.</summary>
internal sealed class EngineError(string message, string remedy, IReadOnlyList<string>? details = null) : DistributedApplicationException(message)
{
    public string Remedy { get; } = remedy;

    public IReadOnlyList<string> Details { get; } = details ?? [];
}

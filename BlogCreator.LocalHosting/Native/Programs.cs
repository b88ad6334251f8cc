using System.Diagnostics;
using System.Text.RegularExpressions;

namespace BlogCreator.LocalHosting.Native;

/// <summary>Where servers are installed.</summary>
internal static partial class Programs
{
    private static readonly string[] PostgresRoots =
    [
        "/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/Applications/Postgres.app/Contents/Versions",
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"),
    ];

    /// <summary>The folders that a shell searches.</summary>
    public static IReadOnlyList<string> OnPath { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>PostgreSQL keeps its servers by version, where a shell does not look.</summary>
    public static IEnumerable<string> OfPostgres =>
        [.. OnPath, .. PostgresRoots.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Select(version => Path.Combine(version, "bin")),
            .. Directory.Exists("/usr") ? Directory.EnumerateDirectories("/usr", "pgsql-*").Select(version => Path.Combine(version, "bin")) : []];

    public static string? In(string folder, string program)
    {
        var path = Path.Combine(folder, OperatingSystem.IsWindows() ? $"{program}.exe" : program);
        return File.Exists(path) ? path : null;
    }

    public static string? Find(IEnumerable<string> folders, string program) => folders.Select(folder => In(folder, program)).FirstOrDefault(path => path is not null);

    /// <summary>The assembly of a .NET tool: the command that is on the path only starts another process.</summary>
    public static string? Tool(IEnumerable<string> folders, string name, string assembly) =>
        folders.Append(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet", "tools"))
            .Select(folder => Path.Combine(folder, ".store", name)).Where(Directory.Exists)
            .SelectMany(store => Directory.EnumerateFiles(store, assembly, SearchOption.AllDirectories))
            .FirstOrDefault(path => path.EndsWith(Path.Combine($"net{Environment.Version.Major}.0", "any", assembly), StringComparison.Ordinal));

    /// <summary>The number in what a program says of itself.</summary>
    public static async Task<string> Version(string program, CancellationToken cancel)
    {
        using var asked = Process.Start(new ProcessStartInfo(program, "--version") { UseShellExecute = false, RedirectStandardOutput = true, CreateNoWindow = true });
        var said = asked is null ? "" : await asked.StandardOutput.ReadToEndAsync(cancel);
        return Number().Match(said).Value is { Length: > 0 } number ? number : "0";
    }

    [GeneratedRegex(@"\d+(\.\d+)*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}

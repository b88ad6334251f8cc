using System.Globalization;

namespace BlogCreator.LocalHosting;

internal enum Tone
{
    Plain,
    Good,
    Notable,
    Bad,
    Quiet,
}

/// <summary>What the person who started the app sees: one aligned line for each thing that happened.</summary>
internal sealed class ConsoleReport(TextWriter output, TextWriter errors, bool isColored, bool isVerbose)
{
    private readonly Lock gate = new();
    private int nameWidth = 12;

    public static ConsoleReport Silent { get; } = new(TextWriter.Null, TextWriter.Null, isColored: false, isVerbose: false);

    public static ConsoleReport ToConsole(bool isVerbose) => new(
        Console.Out,
        Console.Error,
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
        isVerbose);

    public void Begin(string product, string dataDirectory, IEnumerable<string> names)
    {
        nameWidth = Math.Max(nameWidth, names.Select(name => name.Length).DefaultIfEmpty(0).Max());
        Write(output, $"{Colored(product, Tone.Plain)}  {Colored($"data in {dataDirectory}", Tone.Quiet)}{Environment.NewLine}");
    }

    public void State(string name, string state, Tone tone, TimeSpan? time = null, string detail = "")
    {
        var seconds = time is { } taken ? string.Create(CultureInfo.InvariantCulture, $"{taken.TotalSeconds:0.0} s") : "";
        Write(output, $"  {name.PadRight(nameWidth)}  {Colored(state.PadRight(10), tone)}  {seconds,7}  {detail}".TrimEnd());
    }

    public void Log(LogEntry entry)
    {
        if (isVerbose || entry.IsLoud)
        {
            foreach (var line in entry.Text.Split('\n'))
            {
                Write(output, $"{Colored($"  {entry.Resource.PadRight(nameWidth)} |", Tone.Quiet)} {Plain(line.TrimEnd('\r'))}");
            }
        }
    }

    public void Ready(TimeSpan time, IReadOnlyList<string> addresses, string? dashboard)
    {
        Write(output, string.Create(
            CultureInfo.InvariantCulture, $"{Environment.NewLine}Ready in {time.TotalSeconds:0.0} s. Ctrl+C stops everything."));
        foreach (var address in addresses)
        {
            Write(output, $"Open {Colored(address, Tone.Good)}");
        }

        if (dashboard is not null)
        {
            Write(output, $"Dashboard {Colored(dashboard, Tone.Good)}");
        }
    }

    public void Stopping() => Write(output, $"{Environment.NewLine}Stopping.");

    public void Error(EngineError error)
    {
        foreach (var line in error.Details)
        {
            Write(errors, $"  {Colored("|", Tone.Quiet)} {Plain(line)}");
        }

        Write(errors, $"{Colored("error:", Tone.Bad)} {error.Message}");
        Write(errors, $"       {error.Remedy}");
    }

    /// <summary>A line as it may reach a terminal: what a document says must not move the cursor.</summary>
    internal static string Plain(string line) =>
        line.Any(char.IsControl)
            ? string.Concat(line.Select(letter => letter == '\t' ? ' ' : char.IsControl(letter) ? '?' : letter))
            : line;

    private string Colored(string text, Tone tone) => (isColored, tone) switch
    {
        (false, _) or (_, Tone.Plain) => text,
        (_, Tone.Good) => $"\e[32m{text}\e[0m",
        (_, Tone.Notable) => $"\e[33m{text}\e[0m",
        (_, Tone.Bad) => $"\e[31m{text}\e[0m",
        (_, Tone.Quiet) => $"\e[2m{text}\e[0m",
        _ => text,
    };

    private void Write(TextWriter writer, string line)
    {
        lock (gate)
        {
            try
            {
                writer.WriteLine(line);
            }
            catch (IOException)
            {
                // The reader of the pipe went away; the app goes on.
            }
        }
    }
}

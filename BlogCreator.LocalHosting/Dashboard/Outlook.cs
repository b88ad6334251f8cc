using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using BlogCreator.LocalHosting.Replicas;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>A service as a person is told of it. Texts only, so that the page and its script show the same.</summary>
internal sealed record ServiceRow(
    string Name,
    string State,
    string Tone,
    string Detail,
    string Started,
    string Restarts,
    string Process,
    string Exit,
    string Cpu,
    string Memory,
    string Troubles,
    bool CanStart,
    bool CanStop,
    ServicePart Part = ServicePart.Whole);

/// <summary>What of a service a row is about.</summary>
internal enum ServicePart
{
    Whole,

    /// <summary>All its replicas together. What is wrong with one of them is said of that one.</summary>
    Replicas,
    Replica,
}

/// <summary>How the app is, in words first.</summary>
internal sealed record Outlook(string Run, string Tone, string Words, IReadOnlyList<ServiceRow> Services)
{
    public const string Good = "good";
    public const string Busy = "busy";
    public const string Notable = "warn";
    public const string Bad = "bad";
    public const string Quiet = "quiet";

    private static readonly string[] ByWeight = [Good, Quiet, Busy, Notable, Bad];

    public static Outlook Of(string run, EngineContext engine, IReadOnlyList<ServiceRunner> runners, IReadOnlyList<ReplicaSet> sets, ProcessUsage usage)
    {
        List<string> stopped = [.. runners.Where(runner => runner.Facts.IsStoppedByHand).Select(runner => runner.Resource.Name)];
        var rows = new List<ServiceRow>();
        foreach (var runner in runners)
        {
            if (sets.FirstOrDefault(set => set.Runners[0] == runner) is { } first)
            {
                rows.Add(Row(first, engine));
            }

            rows.Add(Row(runner, engine, stopped, usage));
        }

        var troubles = rows.Where(row => row.Part != ServicePart.Replicas && row.Tone is Bad or Notable or Busy).OrderByDescending(row => Array.IndexOf(ByWeight, row.Tone)).ToList();
        return engine.Stopping.IsCancellationRequested
            ? new(run, Notable, "The app is stopping.", rows)
            : (troubles, stopped) switch
            {
                ([], []) => new(run, Good, "All well.", rows),
                ([], _) => new(run, Notable, Stopped(runners, stopped), rows),
                _ => new(run, troubles[0].Tone, string.Join(' ', troubles.Select(Sentence)), rows),
            };
    }

    private static string Stopped(IReadOnlyList<ServiceRunner> runners, List<string> stopped)
    {
        var needing = runners.Where(runner => !runner.Facts.IsStoppedByHand && runner.Resource.Annotations.OfType<WaitAnnotation>().Any(wait => stopped.Contains(wait.Resource.Name)))
            .Select(runner => runner.Resource.Name);
        return $"You stopped {string.Join(" and ", stopped)}.{string.Concat(needing.Select(name => $" {name} works without it as well as it can."))}";
    }

    private static ServiceRow Row(ReplicaSet set, EngineContext engine)
    {
        var (healthy, all) = (set.Healthy, set.Runners.Count);
        return new(
            set.Service.Name,
            healthy > 0 ? "healthy" : "not ready",
            healthy == all ? Good : healthy > 0 ? Notable : Bad,
            string.Create(CultureInfo.InvariantCulture, $"{(healthy == all ? "" : $"{healthy} of ")}{all} replicas{(set.IsRolling ? ", restarting one by one" : "")}"),
            Started: "",
            Number(set.Runners.Sum(runner => runner.Facts.Crashes)),
            Process: "",
            Exit: "",
            Cpu: "",
            Memory: "",
            Number(set.Runners.Sum(runner => engine.Logs.Of(runner.Resource.Name).Troubles)),
            CanStart: set.Runners.Any(runner => runner.Facts.IsStoppedByHand),
            CanStop: !set.IsRolling && set.Runners.Any(runner => runner.ProcessId is not null),
            ServicePart.Replicas);
    }

    private static ServiceRow Row(ServiceRunner runner, EngineContext engine, List<string> stopped, ProcessUsage usage)
    {
        var facts = runner.Facts;
        var name = runner.Resource.Name;
        var (state, tone, detail) = State(runner, engine.Notifications.Latest(name), stopped);
        var process = runner.ProcessId;
        var taken = process is { } id ? usage.Of(id) : null;
        var troubles = engine.Logs.Of(name).Troubles;
        return new(
            name,
            state,
            tone,
            engine.Secrets.Redacted(detail),
            facts.StartedAt?.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture) ?? "",
            Number(facts.Crashes),
            process is { } number ? Number(number) : "",
            facts.ExitCode is { } code ? Number(code) : "",
            taken?.Share is { } share ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %") : "",
            taken is { Memory: var bytes } ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0:0} MB") : "",
            Number(troubles),
            CanStart: process is null && state is not ("waiting" or "crashed" or "stopping"),
            CanStop: process is not null ? state != "stopping" : state is "waiting" or "crashed",
            runner.Resource is ReplicaResource ? ServicePart.Replica : ServicePart.Whole);
    }

    private static (string State, string Tone, string Detail) State(ServiceRunner runner, ResourceEvent? now, List<string> stopped)
    {
        var facts = runner.Facts;
        switch (now?.State)
        {
            case null or KnownResourceStates.Waiting:
                var awaited = runner.Awaited();
                var isBlocked = awaited.Any(stopped.Contains);
                return ("waiting", isBlocked ? Notable : Busy, $"for {string.Join(" and ", awaited)}{(isBlocked ? ", which is stopped" : "")}");
            case KnownResourceStates.Starting:
                return ("starting", Busy, facts.Complaint is { } before ? $"again, since {before}" : "");
            case KnownResourceStates.Running when now.IsHealthy:
                return (runner.HasHealthCheck ? "healthy" : "running", Good, "");
            case KnownResourceStates.Running when facts.Complaint is { } complaint:
                return ("unhealthy", Bad, complaint);
            case KnownResourceStates.Running:
                return ("running", Busy, "");
            case KnownResourceStates.Stopping:
                return ("stopping", Busy, "");
            case KnownResourceStates.Finished:
                return ("completed", Good, "");
            case KnownResourceStates.FailedToStart:
                return ("failed", Bad, facts.Complaint ?? "the terminal says why");
            default:
                return facts is { IsStoppedByHand: false, Complaint: { } reason } ? ("crashed", Bad, $"{reason}; it is started again") : ("stopped", Quiet, facts.IsStoppedByHand ? "by you" : "");
        }
    }

    private static string Sentence(ServiceRow row) =>
        row.State == "failed" ? $"{row.Name} failed: {row.Detail.TrimEnd('.')}." : $"{row.Name} is {Word(row.State)}{(row.Detail.Length > 0 ? $"{(row.State == "waiting" ? " " : ": ")}{row.Detail.TrimEnd('.')}" : "")}.";

    private static string Word(string state) => state == "crashed" ? "down" : state;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

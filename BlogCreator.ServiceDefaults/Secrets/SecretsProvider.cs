using System.Text;
using Microsoft.Extensions.Configuration;

namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>Puts secrets in the place of what stands for them in all settings before it: see <see cref="SecretsProvider"/>.</summary>
internal sealed class SecretsConfigurationSource(IConfigurationRoot configuration, TimeProvider clock) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new SecretsProvider(configuration, clock);
}

/// <summary>
/// Holds the settings that a file is named like, and those in whose value a secret is asked for. A secret that is missing when
/// the process starts ends it, with all that are missing named. One that is missing later keeps its last value: a service does
/// not end because Vault does.
/// </summary>
internal sealed class SecretsProvider(IConfigurationRoot configuration, TimeProvider clock) : ConfigurationProvider, IDisposable
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AskAtOnceAtMost = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private List<Slot> _sources = [];
    private Dictionary<string, string> _known = new(StringComparer.Ordinal);
    private bool _started;

    public TimeSpan Poll { get; private set; } = TimeSpan.FromSeconds(2);

    public bool AsksServers => _sources.Count > 1;

    /// <summary>Why the newest secrets are not known; null when they are.</summary>
    public string? Trouble { get; private set; }

    public override void Load()
    {
        lock (_gate)
        {
            if (_started)
            {
                Read(atOnce: false);
                return;
            }

            var options = configuration.GetSection("Secrets").Get<SecretsOptions>() ?? new();
            var problems = options.Problems().ToList();
            _sources = [new(new SecretFiles(options.Path))];
            VaultOptions.Add(configuration, clock, _sources, problems);
            AwsSecretsOptions.Add(configuration, clock, _sources, problems);
            if (problems.Count > 0)
            {
                throw new InvalidOperationException(string.Join(Environment.NewLine, problems));
            }

            Poll = TimeSpan.FromSeconds(options.PollSeconds);
            Start(TimeSpan.FromSeconds(options.StartSeconds));
            _started = true;
        }
    }

    /// <summary>Looks whether a secret has changed, and tells those who read it.</summary>
    /// <param name="atOnce">Somebody was refused with the one that is known: servers are asked although it is not time yet.</param>
    /// <returns>The settings that changed.</returns>
    public IReadOnlyList<string> ReadAgain(bool atOnce)
    {
        List<string> changed;
        lock (_gate)
        {
            var before = Data;
            Read(atOnce);
            changed = [.. Data.Keys.Union(before.Keys, StringComparer.OrdinalIgnoreCase)
                .Where(key => Value(Data, key) != Value(before, key))
                .Select(Shown)];
        }

        if (changed.Count > 0)
        {
            OnReload();
        }

        return changed;

        static string? Value(IDictionary<string, string?> data, string key) => data.TryGetValue(key, out var value) ? value : null;
    }

    /// <summary>Not here: a setting that a program gives itself goes to every provider, and is no secret.</summary>
    public override void Set(string key, string? value)
    {
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _sources.ForEach(slot => slot.Source.Dispose());
        }
    }

    private void Start(TimeSpan patience)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            var (data, problems) = Resolve(atOnce: true);
            if (problems.Count == 0)
            {
                Data = data;
                return;
            }

            if (clock.GetElapsedTime(began) + StartPause >= patience || !_sources.Any(slot => slot.Failure is { IsPassing: true }))
            {
                var message = new StringBuilder("The secrets of this service are not complete:");
                problems.ForEach(problem => message.AppendLine().Append("- ").Append(problem));
                message.AppendLine().Append("Looked in: ").AppendJoin("; ", _sources.Select(Told)).Append('.');
                throw new InvalidOperationException(message.ToString());
            }

            Thread.Sleep(StartPause);
        }
    }

    private static string Told(Slot slot) => slot.Failure is { } failure ? $"{slot.Source.Place} ({failure.Message})" : slot.Source.Place;

    private void Read(bool atOnce)
    {
        var (data, problems) = Resolve(atOnce);
        var failures = _sources.Where(slot => slot.Failure is not null).Select(slot => $"{slot.Source.Place}: {slot.Failure!.Message}");
        Trouble = problems.Concat(failures).ToList() is { Count: > 0 } troubles ? string.Join(' ', troubles.Select(trouble => trouble.TrimEnd('.') + ".")) : null;
        Data = data;
    }

    private (Dictionary<string, string?> Data, List<string> Problems) Resolve(bool atOnce)
    {
        var problems = new List<string>();
        var data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Ask(_sources[0], atOnce: true);
        foreach (var (name, value) in _sources[0].Values)
        {
            data[name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)] = value;
        }

        // A secret that is no setting is taken as it is, whatever is in it.
        var wanted = new List<(string Key, string Text, IReadOnlyList<string> Names)>();
        foreach (var key in configuration.AsEnumerable().Select(setting => setting.Key).Union(data.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList())
        {
            if (data.ContainsKey(key) && !key.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal))
            {
                continue;
            }

            if ((data.TryGetValue(key, out var own) ? own : Below(key)) is not { } text || !Placeholder.IsIn(text))
            {
                continue;
            }

            if (key.Split(':')[0] is var section && new[] { "Secrets", "Vault", "AwsSecrets" }.Contains(section, StringComparer.OrdinalIgnoreCase))
            {
                problems.Add($"{Shown(key)} says where secrets come from and cannot hold one itself.");
            }
            else if (Placeholder.Names(text) is { } names)
            {
                wanted.Add((key, text, names));
            }
            else
            {
                problems.Add($"{Shown(key)} has a placeholder that is none: write {{secret:NAME}} or {{secret:NAME:uri}}, with a name of letters, digits, '-', '_' and '.'.");
            }
        }

        var secrets = Find([.. wanted.SelectMany(setting => setting.Names).Distinct(StringComparer.Ordinal)], atOnce, out var missing);
        problems.AddRange(missing.Select(secret =>
        {
            var users = string.Join(", ", wanted.Where(setting => setting.Names.Contains(secret.Key)).Select(setting => Shown(setting.Key)));
            return $"{secret.Key} is missing, which {users} asks for{(secret.Value is { } reason ? $": {reason}" : "")}.";
        }));
        foreach (var (key, text, names) in wanted)
        {
            if (!names.All(secrets.ContainsKey))
            {
                continue;
            }

            if (Placeholder.Fill(key, text, secrets, out var problem) is { } filled)
            {
                data[key] = filled;
            }
            else
            {
                problems.Add($"{Shown(key)}: {problem}.");
                data[key] = Data.TryGetValue(key, out var last) ? last : null;
            }
        }

        _known = secrets;
        return (data, problems);
    }

    /// <summary>The first place that has it; its last value where none has it any more.</summary>
    private Dictionary<string, string> Find(IReadOnlyCollection<string> names, bool atOnce, out Dictionary<string, string?> missing)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        missing = names.ToDictionary(name => name, string? (_) => null, StringComparer.Ordinal);
        foreach (var slot in _sources)
        {
            if (missing.Count == 0)
            {
                break;
            }

            if (slot != _sources[0])
            {
                Ask(slot, atOnce);
            }

            foreach (var name in missing.Keys.ToList())
            {
                if (slot.Values.TryGetValue(name, out var value))
                {
                    found[name] = value;
                    missing.Remove(name);
                }
                else if (slot.Unreadable.TryGetValue(name, out var reason))
                {
                    missing[name] = reason;
                }
            }
        }

        foreach (var name in missing.Keys.Where(_known.ContainsKey))
        {
            found[name] = _known[name];
        }

        return found;
    }

    private void Ask(Slot slot, bool atOnce)
    {
        var now = clock.GetUtcNow();
        if (now < (atOnce && _started ? slot.AskedAt + AskAtOnceAtMost : atOnce ? DateTimeOffset.MinValue : slot.AskAgainAt) && slot != _sources[0])
        {
            return;
        }

        slot.AskedAt = now;
        try
        {
            var read = slot.Source.Read();
            (slot.Values, slot.Unreadable, slot.Failure) = (read.Values, read.Unreadable, null);
            slot.AskAgainAt = clock.GetUtcNow() + read.GoodFor;
        }
        catch (SecretSourceException failure)
        {
            slot.Failure = failure;
            slot.AskAgainAt = clock.GetUtcNow() + AskAgain;
        }
    }

    /// <summary>What the setting would be without this.</summary>
    private string? Below(string key)
    {
        foreach (var provider in configuration.Providers.Reverse().Where(provider => provider is not SecretsProvider))
        {
            if (provider.TryGet(key, out var value))
            {
                return value;
            }
        }

        return null;
    }

    private static string Shown(string key) => key.Replace(ConfigurationPath.KeyDelimiter, "__", StringComparison.Ordinal);

    internal sealed class Slot(ISecretSource source)
    {
        public ISecretSource Source { get; } = source;

        public IReadOnlyDictionary<string, string> Values { get; set; } = SecretsRead.None;

        public IReadOnlyDictionary<string, string> Unreadable { get; set; } = SecretsRead.None;

        public SecretSourceException? Failure { get; set; }

        public DateTimeOffset AskedAt { get; set; }

        public DateTimeOffset AskAgainAt { get; set; }
    }
}

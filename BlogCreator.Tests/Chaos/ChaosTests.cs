using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Search;
using BlogCreator.Tests.Platform;
using BlogCreator.Tests.Search;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Tests.Chaos;

/// <summary>
/// People work on two replicas while these are killed, the database is restarted and killed, Redis is killed and hung, the
/// search engine answers 503 and the disk is full: nothing is lost, nothing doubled, everything finished. CHAOS_SEED and CHAOS_KILLS say which run and how long; benchmarks/chaos.sh
/// sets them.
/// </summary>
public sealed class ChaosTests : IAsyncDisposable
{
    private const int People = 3;
    private static readonly TimeSpan Settles = TimeSpan.FromMinutes(10);

    private readonly ITestOutputHelper _output;
    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-chaos-").FullName;
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private bool _ownDisk;
    private RedisServer? _redis;
    private ElasticLookalike? _elastic;

    public ChaosTests(ITestOutputHelper output)
    {
        PostgresServer.SkipUnlessThere();
        _output = output;
    }

    [Fact]
    public async Task Nothing_is_lost_or_doubled_and_everything_is_finished_whatever_is_killed()
    {
        var seed = Number("CHAOS_SEED") ?? Random.Shared.Next(1, 1_000_000);
        var kills = Number("CHAOS_KILLS") ?? 3;
        var random = new Random(seed);
        _output.WriteLine($"seed {seed}, {kills} kills");
        var files = await Disk();
        await using var server = await PostgresServer.StartOwn();
        var connection = await server.NewMigratedDatabase();
        _redis = RedisServer.Missing is null ? await RedisServer.StartOwn() : null;
        _elastic = await ElasticLookalike.Start();
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__blogdb"] = connection,
            ["ConnectionStrings__redis"] = _redis?.ConnectionString ?? "",
            ["ConnectionStrings__elasticsearch"] = _elastic.Address.ToString(),
            ["Storage__Path"] = files,
            // Else there is always a job to come.
            ["Storage__VerifyEvery"] = "00:00:00",
            ["DataProtection__Path"] = Path.Combine(_folder, "keys"),
            ["Logging__LogLevel__Default"] = "Warning",
            // A killed worker's attempt counts, as its job may be what killed it; here it never is.
            ["Jobs__MaxAttempts"] = "50",
            ["Jobs__Lease"] = "00:00:06",
        };
        var accounts = new List<(Guid Id, AuthenticationHeaderValue Key)>();
        for (var person = 0; person < People; person++)
        {
            accounts.Add(await DirectApi.AddPerson(connection, $"person{person}"));
        }

        ApiProcess[] replicas = [await ApiProcess.Start(settings), await ApiProcess.Start(settings)];
        try
        {
            using var noMore = new CancellationTokenSource();
            var people = accounts.Select((account, number) => new ChaosPerson(replicas, account.Key, seed + number, noMore.Token)).ToList();
            var working = people.Select(person => Task.Run(person.Work)).ToList();
            for (var kill = 0; kill < kills; kill++)
            {
                // Each phase in turn, at a moment of its own.
                var phase = ChaosPerson.Phases[(kill + seed) % ChaosPerson.Phases.Length];
                await UntilSomebodyIs(phase, people, working);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 600)));
                await Break(kill, phase, random, replicas, server, files);
                Assert.All(working, work => Assert.False(work.IsFaulted, work.Exception?.ToString() ?? ""));
            }

            await noMore.CancelAsync();
            await Task.WhenAll(working);

            // Once more from the start, so that what a killed process left is cleared away as it would be.
            foreach (var replica in replicas)
            {
                await replica.Kill();
                await replica.Start();
            }

            await Settled(connection);
            var wrong = await ChaosOracle.Judge(connection, files, _elastic, replicas[0], [.. accounts.Zip(people, (account, person) => (account.Id, account.Key, (IReadOnlyList<Accepted>)person.Done))]);
            var accepted = people.Sum(person => person.Done.Count);
            _output.WriteLine($"{accepted} posts from upload to publication; {people.Sum(person => person.Repeated)} requests repeated; {string.Join(", ", _counts.Select(count => $"{count.Key} {count.Value}"))}");
            _output.WriteLine(string.Join(", ", people.SelectMany(person => person.Notes).GroupBy(note => note).Select(note => $"{note.Key} ({note.Count()})")));
            Assert.True(wrong.Count == 0, $"seed {seed}: {string.Join('\n', wrong)}");
            Assert.True(accepted > 0);
        }
        catch
        {
            _output.WriteLine($"seed {seed}; {string.Join(", ", _counts.Select(count => $"{count.Key} {count.Value}"))}");
            foreach (var replica in replicas)
            {
                _output.WriteLine(replica.Output);
            }

            throw;
        }
        finally
        {
            foreach (var replica in replicas)
            {
                await replica.DisposeAsync();
            }
        }
    }

    /// <summary>Kills a replica, now and then both, and at times something behind them; then all is started again.</summary>
    private async Task Break(int kill, string phase, Random random, ApiProcess[] replicas, PostgresServer server, string files)
    {
        var first = random.Next(replicas.Length);
        var both = random.Next(5) == 0;
        Count($"killed while somebody waited for {phase}");
        _output.WriteLine($"kill {kill + 1}, {phase}");
        switch ((kill + 1) % 8)
        {
            case 1 when _redis is not null:
                Count("Redis killed");
                await _redis.Kill();
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 1500)));
                await _redis.Start();
                break;
            case 3:
                Count("search answered 503");
                _elastic!.Fail = _ => 503;
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(500, 3000)));
                await replicas[first].Kill();
                _elastic.Fail = null;
                break;
            case 4 when _redis is not null:
                Count("Redis hung");
                await _redis.Hang();
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(500, 3000)));
                await replicas[first].Kill();
                await _redis.Resume();
                break;
            case 2:
                Count("database restarted");
                await server.Stop();
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 1500)));
                await server.Start();
                break;
            case 5:
                Count("database killed");
                await server.Kill();
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 1500)));
                await server.Start();
                break;
            case 7 when _ownDisk:
                Count("disk full");
                var filler = Path.Combine(files, "work", "filler");
                Fill(filler);
                await Task.Delay(TimeSpan.FromSeconds(2));
                await replicas[first].Kill();
                File.Delete(filler);
                break;
        }

        await replicas[first].Kill();
        if (both)
        {
            Count("both replicas at once");
            await replicas[1 - first].Kill();
            await replicas[1 - first].Start();
        }

        await replicas[first].Start();
    }

    private static async Task UntilSomebodyIs(string phase, List<ChaosPerson> people, List<Task> working)
    {
        // When nobody comes to it in this time, the fault comes at whatever they are doing.
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!end.IsCancellationRequested && !people.Exists(person => person.Phase == phase) && !working.Exists(work => work.IsFaulted))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }
    }

    private static async Task Settled(string connection)
    {
        using var end = new CancellationTokenSource(Settles);
        while (!end.IsCancellationRequested)
        {
            await using var db = DirectApi.Open(connection);
            if (!await db.Jobs.AnyAsync(job => job.Status < JobStatus.Done, end.Token)
                && !await db.SearchChanges.AnyAsync(end.Token)
                && await db.SearchIndexes.AllAsync(index => index.State == SearchIndexState.Live, end.Token))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        }
    }

    /// <summary>A small disk of its own where that can be had: only root can.</summary>
    private async Task<string> Disk()
    {
        var files = Directory.CreateDirectory(Path.Combine(_folder, "files")).FullName;
        if (OperatingSystem.IsLinux() && Environment.UserName == "root")
        {
            using var mount = Process.Start(new ProcessStartInfo("mount", ["-t", "tmpfs", "-o", "size=64m", "blogcreator-chaos", files]) { UseShellExecute = false, RedirectStandardError = true })!;
            await mount.WaitForExitAsync();
            _ownDisk = mount.ExitCode == 0;
        }

        return files;
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        foreach (var size in (int[])[1 << 16, 1 << 10, 1])
        {
            try
            {
                while (true)
                {
                    file.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // Full.
            }
        }
    }

    private void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;

    private static int? Number(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : null;

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        if (_elastic is not null)
        {
            await _elastic.DisposeAsync();
        }

        if (_ownDisk)
        {
            using var unmount = Process.Start("umount", [Path.Combine(_folder, "files")]);
            await unmount.WaitForExitAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}

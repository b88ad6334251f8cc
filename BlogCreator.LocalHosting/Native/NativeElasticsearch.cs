using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace BlogCreator.LocalHosting.Native;

/// <summary>An Elasticsearch of one node in the data folder, with a copy of its settings there, so that the installed ones stay as they are.</summary>
internal sealed class NativeElasticsearch(NativePlace place, string home) : NativeServer(place)
{
    // Both are scripts on Windows, and programs elsewhere.
    private static readonly string Suffix = OperatingSystem.IsWindows() ? ".bat" : "";

    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };

    public override string Product => "Elasticsearch";

    private string Settings => Path.Combine(Place.Folder, "config");

    private string Keys => Path.Combine(Settings, "elasticsearch.keystore");

    /// <summary>Null where none is installed.</summary>
    public static NativeElasticsearch? Find(NativePlace place, string? home, IEnumerable<string> folders) =>
        folders.Select(folder => Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))).Append("/usr/share/elasticsearch").Prepend(home)
                .FirstOrDefault(candidate => candidate is { Length: > 0 } && File.Exists(Path.Combine(candidate, "bin", $"elasticsearch{Suffix}"))) is { } found
            ? new NativeElasticsearch(place, found)
            : null;

    public override async Task Prepare(RunTool run, CancellationToken cancel)
    {
        Place.Made(Place.Folder);
        foreach (var folder in new[] { "config", "data", "logs", "tmp" })
        {
            Place.Made(Path.Combine(Place.Folder, folder));
        }

        foreach (var name in new[] { "jvm.options", "log4j2.properties" })
        {
            // A package of the system keeps them apart from the programs.
            var source = new[] { Path.Combine(home, "config", name), Path.Combine("/etc/elasticsearch", name) }.FirstOrDefault(File.Exists);
            if (source is not null)
            {
                Place.Write(Path.Combine(Settings, name), await File.ReadAllTextAsync(source, cancel));
            }
        }

        Place.Write(Path.Combine(Settings, "elasticsearch.yml"), string.Create(CultureInfo.InvariantCulture, $"""
            # Written by the engine at each start.
            cluster.name: {Place.Name}
            discovery.type: single-node
            path.data: {Path.Combine(Place.Folder, "data")}
            path.logs: {Path.Combine(Place.Folder, "logs")}
            http.host: 127.0.0.1
            http.port: {Place.Port}
            transport.host: 127.0.0.1
            xpack.security.enabled: true
            xpack.security.enrollment.enabled: false
            ingest.geoip.downloader.enabled: false

            """));
        if (!File.Exists(Keys) || Place.Memory.Find(Place.Name)?.Password != Place.Password)
        {
            File.Delete(Keys);
            await run(Command("elasticsearch-keystore", "create", "-s"), "", cancel);
            await run(Command("elasticsearch-keystore", "add", "-s", "-x", "-f", "bootstrap.password"), $"{Place.Password}\n", cancel);
        }

        Place.Memory.Keep(Place.Name, new KeptServer(Place.Port, Place.Password, []));
    }

    public override ProcessStartInfo Start() => Command("elasticsearch");

    public override async Task<string?> Complaint(CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Place.Port}/_cluster/health"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"elastic:{Place.Password}")));
        try
        {
            using var answer = await Client.SendAsync(request, cancel);
            return answer.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Place.Port} answers {(int)answer.StatusCode}");
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            return Silence;
        }
    }

    private ProcessStartInfo Command(string program, params IEnumerable<string> arguments)
    {
        var start = Place.Command(Path.Combine(home, "bin", $"{program}{Suffix}"), arguments);
        start.Environment["ES_PATH_CONF"] = Settings;
        start.Environment["ES_TMPDIR"] = Path.Combine(Place.Folder, "tmp");
        start.Environment["ES_JAVA_OPTS"] = "-Xms512m -Xmx512m";
        return start;
    }
}

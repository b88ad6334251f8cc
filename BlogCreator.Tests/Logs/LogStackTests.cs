using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using BlogCreator.Tests.Architecture;
using BlogCreator.Tests.Deployment;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BlogCreator.Tests.Logs;

/// <summary>
/// What Logstash, Elasticsearch and Kibana are given. None of them can be had here: their files are held against each other
/// and against the schema, and the scripts against something that answers like them.
/// </summary>
public sealed class LogStackTests
{
    private static readonly JsonElement[] Objects = [.. DeploymentFile.Read("deploy", "kibana", "saved-objects.ndjson").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void What_an_object_of_Kibana_names_is_in_the_file_too()
    {
        var known = Objects.Select(Key).ToList();
        Assert.Equal(known.Distinct(), known);
        Assert.Superset(
            new HashSet<string>(["index-pattern blogcreator-logs", "dashboard blogcreator-overview", .. new[] { "errors", "security", "slow", "trace", "nginx" }.Select(name => "search blogcreator-" + name)]),
            known.ToHashSet());
        Assert.Equal("logs-blogcreator.*", Objects.Single(item => Key(item).StartsWith("index-pattern", StringComparison.Ordinal)).GetProperty("attributes").GetProperty("title").GetString());
        Assert.All(Objects.SelectMany(item => item.GetProperty("references").EnumerateArray()), reference => Assert.Contains(Key(reference), known));

        foreach (var search in Objects.Where(item => item.GetProperty("type").GetString() is "search" or "dashboard"))
        {
            var source = JsonDocument.Parse(search.GetProperty("attributes").GetProperty("kibanaSavedObjectMeta").GetProperty("searchSourceJSON").GetString()!).RootElement;
            if (source.TryGetProperty("indexRefName", out var name))
            {
                Assert.Contains(References(search), reference => reference == name.GetString());
            }
        }

        var dashboard = Objects.Single(item => Key(item).StartsWith("dashboard", StringComparison.Ordinal));
        var panels = JsonDocument.Parse(dashboard.GetProperty("attributes").GetProperty("panelsJSON").GetString()!).RootElement.EnumerateArray().ToList();
        Assert.Equal(
            References(dashboard).Order(StringComparer.Ordinal),
            panels.Select(panel => $"{panel.GetProperty("panelIndex").GetString()}:{panel.GetProperty("panelRefName").GetString()}").Order(StringComparer.Ordinal));
        Assert.All(panels, panel => Assert.InRange(panel.GetProperty("gridData").GetProperty("x").GetInt32() + panel.GetProperty("gridData").GetProperty("w").GetInt32(), 1, 48));

        foreach (var lens in Objects.Where(item => item.GetProperty("type").GetString() == "lens"))
        {
            var layer = lens.GetProperty("attributes").GetProperty("state").GetProperty("datasourceStates").GetProperty("formBased").GetProperty("layers").GetProperty("layer");
            var columns = layer.GetProperty("columns").EnumerateObject().Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
            Assert.Equal(columns, layer.GetProperty("columnOrder").EnumerateArray().Select(column => column.GetString()!).ToHashSet(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Every_field_that_is_searched_is_of_the_schema_or_one_of_ours()
    {
        var tools = Path.Combine(Repository.Root, "artifacts", "tools", "ecs", "node_modules");
        Assert.SkipUnless(Directory.Exists(tools), "@elastic/ecs is not installed here (.github/install.sh servers).");
        var (code, names) = await Edge.Run("node", ["-e", "console.log(Object.keys(require(process.argv[1]).EcsFlat).join('\\n'))", Path.Combine(tools, "@elastic", "ecs")]);
        Assert.True(code == 0, names);
        var known = names.Split('\n').Concat(["labels.subject", "nginx.access.upstream.address", "___records___"]).ToHashSet(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var attributes in Objects.Select(item => item.GetProperty("attributes")))
        {
            if (attributes.TryGetProperty("columns", out var columns))
            {
                used.UnionWith(columns.EnumerateArray().Select(column => column.GetString()!));
            }

            if (attributes.TryGetProperty("state", out var state))
            {
                used.UnionWith(state.GetProperty("datasourceStates").GetProperty("formBased").GetProperty("layers").GetProperty("layer").GetProperty("columns").EnumerateObject()
                    .Select(column => column.Value.GetProperty("sourceField").GetString()!));
            }
        }

        Assert.NotEmpty(used);
        Assert.Empty(used.Except(known));
    }

    [Fact]
    public void What_Elasticsearch_is_told_names_what_it_was_told_before()
    {
        static JsonElement Read(string name) => JsonDocument.Parse(DeploymentFile.Read("deploy", "elasticsearch", name)).RootElement;
        var puts = DeploymentFile.Read("deploy", "elasticsearch", "import.sh").Split('\n').Where(line => line.StartsWith("put _", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList();
        var told = new List<string>();
        foreach (var put in puts)
        {
            var body = Read(put[2]);
            if (put[1].StartsWith("_index_template/", StringComparison.Ordinal))
            {
                Assert.Contains("_ilm/policy/" + body.GetProperty("template").GetProperty("settings").GetProperty("index").GetProperty("lifecycle").GetProperty("name").GetString(), told);
                Assert.All(body.GetProperty("composed_of").EnumerateArray().Select(part => part.GetString()!).Where(part => !part.Contains('@', StringComparison.Ordinal)), part => Assert.Contains("_component_template/" + part, told));
            }

            told.Add(put[1]);
        }

        Assert.Equal(Directory.GetFiles(DeploymentFile.At("deploy", "elasticsearch"), "*.json").Select(Path.GetFileName).Order(StringComparer.Ordinal), puts.Select(put => put[2]).Order(StringComparer.Ordinal));
        Assert.Equal("90d", Read("policy-logs.json").GetProperty("policy").GetProperty("phases").GetProperty("delete").GetProperty("min_age").GetString());
        Assert.Equal("365d", Read("policy-security.json").GetProperty("policy").GetProperty("phases").GetProperty("delete").GetProperty("min_age").GetString());
        // Both patterns fit the stream of security events; the higher one counts.
        Assert.True(Read("index-security.json").GetProperty("priority").GetInt32() > Read("index-logs.json").GetProperty("priority").GetInt32());
    }

    [Theory]
    [InlineData("elasticsearch/import.sh", "ELASTICSEARCH_HOSTS", 5)]
    [InlineData("kibana/import.sh", "KIBANA_HOST", 1)]
    public async Task The_import_waits_for_its_server_and_may_be_repeated(string script, string address, int requests)
    {
        await using var server = await Lookalike.Start();
        server.Unready = 2;
        for (var time = 1; time <= 2; time++)
        {
            var (code, output) = await server.Import(script, address);
            Assert.True(code == 0, output);
            Assert.DoesNotContain(Lookalike.Password, output, StringComparison.Ordinal);
            Assert.Equal(requests * time, server.Taken.Count);
        }

        Assert.Equal(server.Taken.Take(requests).Select(taken => taken.Path), server.Taken.Skip(requests).Select(taken => taken.Path));
        if (requests == 1)
        {
            Assert.All(server.Taken, taken => Assert.Equal(("/api/saved_objects/_import?overwrite=true", true), (taken.Path, taken.Body.Contains("\"type\":\"dashboard\"", StringComparison.Ordinal))));
        }
    }

    [Theory]
    [InlineData("elasticsearch/import.sh", "ELASTICSEARCH_HOSTS")]
    [InlineData("kibana/import.sh", "KIBANA_HOST")]
    public async Task A_wrong_password_is_said_at_once(string script, string address)
    {
        await using var server = await Lookalike.Start();
        var (code, output) = await server.Import(script, address, password: "wrong");
        Assert.Equal(1, code);
        Assert.Contains("does not take the password", output, StringComparison.Ordinal);
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task What_Kibana_leaves_out_is_an_error()
    {
        await using var server = await Lookalike.Start();
        server.KibanaSays = """{"success":false,"errors":[{"id":"x"}]}""";
        var (code, output) = await server.Import("kibana/import.sh", "KIBANA_HOST");
        Assert.Equal(1, code);
        Assert.Contains("left some", output, StringComparison.Ordinal);
    }

    /// <summary>The Ruby of the pipeline, run by Ruby itself on real lines, with as much of an event as it uses.</summary>
    [Fact]
    public async Task Logstash_takes_a_line_apart_and_adds_what_nginx_does_not_know()
    {
        Assert.SkipWhen(Edge.Program("ruby") is null, "ruby is not installed here (Debian: apt-get install ruby).");
        var pipeline = DeploymentFile.Read("deploy", "logstash", "pipeline", "blogcreator.conf");
        var start = pipeline.IndexOf("code => '", StringComparison.Ordinal) + 9;
        var code = pipeline[start..pipeline.IndexOf('\'', start)];
        const string Event =
            """
            require "json"
            class Event
              attr_reader :fields
              def initialize(line) @line = line; @fields = {} end
              def get(_) = @line
              def set(name, value)
                path = name.start_with?("[") ? name.scan(/\[([^\[\]]+)\]/).flatten : [name]
                path[0..-2].reduce(@fields) { |at, part| at[part] ||= {} }[path[-1]] = value
              end
            end
            event = Event.new(JSON.parse(STDIN.read))
            """;
        async Task<JsonElement> Run(object line)
        {
            var file = Path.GetTempFileName();
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(line), Cancel);
            var program = Path.ChangeExtension(file, ".rb");
            await File.WriteAllTextAsync(program, Event + "\n" + code + "\nputs event.fields.to_json", Cancel);
            var (exit, output) = await Edge.Run("/bin/sh", ["-c", $"ruby '{program}' <'{file}'"]);
            File.Delete(file);
            File.Delete(program);
            Assert.True(exit == 0, output);
            return JsonDocument.Parse(output).RootElement;
        }

        var nginx = await Run(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["@timestamp"] = "2026-05-04T03:02:01Z",
            ["message"] = "GET / 200",
            ["log.level"] = "info",
            ["log.logger"] = "nginx.access",
            ["trace.id"] = "",
            ["http.response.status_code"] = 200,
            ["event.category"] = new[] { "web" },
            // Of somebody else on the machine.
            ["[a][b]"] = "bracket",
            ["x y"] = 1,
            ["a..b"] = 2,
        });
        Assert.Equal("GET / 200", nginx.GetProperty("message").GetString());
        Assert.Equal(200, nginx.GetProperty("http").GetProperty("response").GetProperty("status_code").GetInt32());
        Assert.Equal("web", nginx.GetProperty("event").GetProperty("category")[0].GetString());
        Assert.Equal(("2026-05-04T03:02:01Z", "info", "nginx.access"), (nginx.GetProperty("timestamp").GetString(), nginx.GetProperty("level").GetString(), nginx.GetProperty("module").GetString()));
        Assert.Equal(["event", "http", "level", "log", "message", "module", "timestamp"], nginx.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));

        var api = await Run(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["@timestamp"] = "2026-05-04T03:02:01Z",
            ["message"] = "broke",
            ["log.level"] = "error",
            ["level"] = "error",
            ["log.origin.function"] = "LogBroke",
            ["function"] = "LogBroke",
            ["error.stack_trace"] = "System.IOException: why\n   at X",
            ["exception"] = "System.IOException: why",
        });
        Assert.Equal(("error", "LogBroke", "System.IOException: why"), (api.GetProperty("level").GetString(), api.GetProperty("function").GetString(), api.GetProperty("exception").GetString()));
        Assert.Equal("System.IOException: why\n   at X", api.GetProperty("error").GetProperty("stack_trace").GetString());
    }

    private static string Key(JsonElement item) => $"{item.GetProperty("type").GetString()} {item.GetProperty("id").GetString()}";

    private static IEnumerable<string> References(JsonElement item) => item.GetProperty("references").EnumerateArray().Select(reference => reference.GetProperty("name").GetString()!);

    /// <summary>Answers as Elasticsearch and Kibana do, as far as the scripts look, and keeps what it was given.</summary>
    private sealed class Lookalike : IAsyncDisposable
    {
        public const string Password = "a \"quoted\\ pass'word$";

        private readonly WebApplication _app;
        private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-logs-").FullName;

        private Lookalike(WebApplication app) => _app = app;

        public ConcurrentQueue<(string Path, string Body)> Taken { get; } = new();

        /// <summary>How many requests are still answered 503.</summary>
        public int Unready { get; set; }

        public string KibanaSays { get; set; } = """{"successCount":12,"success":true}""";

        public static async Task<Lookalike> Start()
        {
            var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
            builder.Logging.ClearProviders();
            var app = builder.Build();
            var server = new Lookalike(app);
            app.Run(server.Answer);
            await app.StartAsync(Cancel);
            return server;
        }

        public async Task<(int Code, string Output)> Import(string script, string address, string password = Password)
        {
            var file = Path.Combine(_folder, "password");
            await File.WriteAllTextAsync(file, password, Cancel);
            return await Edge.Run("/bin/sh", [Edge.Script(script)], new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [address] = _app.Urls.First(),
                ["ELASTICSEARCH_PASSWORD_FILE"] = file,
                ["IMPORT_RETRIES"] = "3",
            });
        }

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }

        private async Task Answer(HttpContext context)
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            if (Unready > 0)
            {
                Unready--;
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                await context.Response.WriteAsync("Kibana server is not ready yet");
                return;
            }

            if (context.Request.Headers.Authorization != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("elastic:" + Password)))
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return;
            }

            Taken.Enqueue((context.Request.Path + context.Request.QueryString.ToString(), body));
            await context.Response.WriteAsync(context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) ? KibanaSays : """{"acknowledged":true}""");
        }
    }
}

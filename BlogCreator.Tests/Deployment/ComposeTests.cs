using System.Diagnostics;
using System.Text.RegularExpressions;
using BlogCreator.Tests.Architecture;

namespace BlogCreator.Tests.Deployment;

/// <summary>The rules that the Compose files keep. "Row" is one of the table of faults that this deployment avoids.</summary>
public sealed class ComposeTests : IDisposable
{
    private const string Production = "docker-compose.prod.yml";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private const string Development = "docker-compose.yml";

    // Why each of them must be root is said in the file.
    private static readonly string[] Root = ["backup", "certbot", "filebeat"];

    private static readonly string[] Everybody =
    [
        "postgres", "redis", "elasticsearch", "migrate", "api", "web", "nginx", "certbot", "backup", "prometheus", "alertmanager",
        "grafana", "postgres-exporter", "redis-exporter", "elasticsearch-exporter", "jaeger", "logstash", "kibana", "filebeat",
    ];

    private readonly Generated generated = new();

    public ComposeTests() => Assert.True(generated.Run() == 0, generated.Said);

    public static TheoryData<string> Files => [Production, Development];

    public static TheoryData<string, string[], string[]> Parts => new()
    {
        {
            "search: false, logs: false", ["elasticsearch", "elasticsearch-exporter", "logstash", "kibana", "filebeat"],
            ["elasticsearch", "logstash", "kibana", "filebeat"]
        },
        {
            "observability: false", ["prometheus", "alertmanager", "grafana", "postgres-exporter", "redis-exporter", "elasticsearch-exporter", "jaeger"],
            ["prometheus", "alertmanager", "grafana", "GF_", "edge:", "exporter", "jaeger", "monitor-password", "OTEL_EXPORTER", "OTEL_METRICS"]
        },
        { "logs: false", ["logstash", "kibana", "filebeat"], ["logstash", "kibana", "filebeat", "LS_JAVA"] },
        { "backup: false", ["backup"], ["backup-key", "backup-repository", "postgres-socket", "BACKUP_"] },
        { "certificates: false", ["certbot"], ["certbot", "ACME_", "letsencrypt", "/var/www/acme"] },
    };

    public void Dispose() => generated.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void Row_17_the_whole_stack_is_there_and_no_version_line(string file)
    {
        var compose = generated.Compose(file);
        Assert.Equal(Everybody.Order(StringComparer.Ordinal), compose["services"].Keys.Order(StringComparer.Ordinal));
        Assert.False(compose["version"].Exists);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_service_is_confined_limited_and_watched(string file)
    {
        foreach (var (name, service) in Services(file))
        {
            Assert.Equal(["ALL"], service["cap_drop"].Texts);
            Assert.Equal(name == "backup" ? ["DAC_READ_SEARCH", "SETGID", "SETUID"] : [], service["cap_add"].Texts);
            Assert.False(service["privileged"].Exists || service["ulimits"].Exists, name);
            Assert.Equal(["no-new-privileges:true"], service["security_opt"].Texts);
            Assert.Matches("^[0-9.]+$", service["cpus"].Text);
            Assert.Matches("^[0-9]+[mg]$", service["mem_limit"].Text);
            Assert.Matches("^[0-9]+$", service["pids_limit"].Text);
            Assert.Equal("json-file", service["logging"]["driver"].Text);
            Assert.True(service["logging"]["options"]["max-size"].Exists && service["logging"]["options"]["max-file"].Exists, name);
            Assert.Equal(name == "migrate" ? "no" : "unless-stopped", service["restart"].Text);
            Assert.Equal(name != "migrate", service["healthcheck"]["test"].Exists);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void No_service_is_root_but_those_that_say_why(string file)
    {
        var text = generated.Read($"deploy/compose/{file}");
        foreach (var (name, service) in Services(file))
        {
            var user = service["user"].Text ?? "";
            Assert.Equal(Root.Contains(name), user is "" or "root" || user.StartsWith('0'));
            if (Root.Contains(name))
            {
                Assert.Matches($@"(?m)^  # Root, because .+\n  {name}:$", text);
            }

            if (service["read_only"].Text == "false")
            {
                Assert.Matches($@"(?ms)^  {name}:$((?!^  \w).)*^    # Not, because [^\n]+\n    read_only: false$", text);
            }
        }
    }

    [Theory]
    [InlineData("api")]
    [InlineData("web")]
    public void A_service_of_ours_runs_twice_reads_only_its_volumes_and_has_time_to_finish(string name)
    {
        var service = generated.Compose(Production)["services"][name];
        Assert.Equal("2", service["deploy"]["replicas"].Text);
        Assert.Equal("1654:1654", service["user"].Text);
        Assert.Equal("true", service["read_only"].Text);
        Assert.Equal(["/tmp"], service["tmpfs"].Texts);
        Assert.Equal("90s", service["stop_grace_period"].Text);
        Assert.False(service["container_name"].Exists);
        var environment = service["environment"];
        Assert.Equal("10.213.240.0/24", environment["ForwardedHeaders__TrustedNetworks"].Text);
        Assert.Equal("https://blog.example.org", Default(environment["Site__BaseUrl"].Text));
        Assert.Equal("Production", environment["ASPNETCORE_ENVIRONMENT"].Text);
        Assert.Equal(("8080", "9464"), (environment["HTTP_PORTS"].Text, environment["Management__Port"].Text));
    }

    [Fact]
    public void Row_10_nginx_is_given_the_names_of_the_replicas_and_who_resolves_them()
    {
        var environment = generated.Compose(Production)["services"]["nginx"]["environment"];
        Assert.Equal(("api:8080", "web:8080"), (environment["API_UPSTREAM"].Text, environment["WEB_UPSTREAM"].Text));
        Assert.Equal("127.0.0.11", environment["RESOLVER"].Text);
    }

    [Fact]
    public void Row_13_databases_are_published_nowhere_in_production()
    {
        foreach (var (name, service) in Services(Production))
        {
            Assert.Equal(name == "nginx", service["ports"].Exists);
            Assert.False(service["network_mode"].Exists || service["expose"].Exists, name);
        }

        var compose = generated.Compose(Production);
        Assert.Equal(["${HTTP_PORT:-80}:8080", "${HTTPS_PORT:-443}:8443"], compose["services"]["nginx"]["ports"].Texts);
        foreach (var store in (string[])["postgres", "redis", "elasticsearch"])
        {
            Assert.Equal(["data"], compose["services"][store]["networks"].Texts);
        }

        Assert.Equal("true", compose["networks"]["data"]["internal"].Text);
    }

    [Fact]
    public void Row_13_development_publishes_on_this_machine_alone()
    {
        var ports = Services(Development).SelectMany(service => service.Service["ports"].Texts).ToList();
        Assert.True(ports.Count >= 9, string.Join('\n', ports));
        Assert.All(ports, port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
        Assert.Equal(ports.Count, ports.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Row_13_every_store_asks_for_a_password_that_stands_in_no_file_of_ours(string file)
    {
        var text = generated.Read($"deploy/compose/{file}");
        Assert.DoesNotMatch(@"(?i)password[=:] ?[""']?(pass|postgres|secret|changeme)\b", text);
        Assert.DoesNotContain("xpack.security.enabled: \"false\"", text, StringComparison.Ordinal);
        var compose = generated.Compose(file);
        foreach (var (name, service) in Services(file))
        {
            foreach (var variable in service["environment"].Keys.Where(IsSecretName))
            {
                Assert.Matches(@"^(/run/secrets/[a-z-]+|.*\{secret:[a-z-]+(:uri)?\}.*)$", service["environment"][variable].Text);
            }

            Assert.All(service["secrets"].Texts, secret => Assert.Equal($"./secrets/{secret}", compose["secrets"][secret]["file"].Text));
            var named = Regex.Matches(
                string.Join('\n', service["command"].Texts.Concat(service["healthcheck"]["test"].Texts).Concat(service["environment"].Keys.Select(key => service["environment"][key].Text))),
                @"(?:/run/secrets/|\{secret:)(?<name>[a-z-]+)", RegexOptions.ExplicitCapture, Patience).Select(match => match.Groups["name"].Value).Distinct();
            Assert.True(named.All(service["secrets"].Texts.Contains), $"{name} reads a secret that it is not given.");
        }

        Assert.Contains("redis-password", compose["services"]["redis"]["secrets"].Texts);
        Assert.DoesNotContain("--requirepass", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Who_only_looks_gets_a_user_that_can_do_no_more(string file)
    {
        var services = generated.Compose(file)["services"];
        Assert.Equal("monitor", services["postgres-exporter"]["environment"]["DATA_SOURCE_USER"].Text);
        Assert.Equal(["monitor-password"], services["postgres-exporter"]["secrets"].Texts);
        Assert.Equal("monitor", services["redis-exporter"]["environment"]["REDIS_USER"].Text);
        Assert.Equal(["monitor-password"], services["redis-exporter"]["secrets"].Texts);
        Assert.Contains(services["redis"]["command"].Texts, line => line.Contains("user monitor on", StringComparison.Ordinal) && line.Contains("resetchannels -@all +ping +info", StringComparison.Ordinal));
        foreach (var exporter in (string[])["postgres-exporter", "redis-exporter", "elasticsearch-exporter"])
        {
            // The stores are reached by none who reaches the outside, and by nobody of 'front'.
            Assert.Equal(["data", "telemetry"], services[exporter]["networks"].Texts);
        }
    }

    [Theory]
    [InlineData("api")]
    [InlineData("web")]
    public void A_service_of_ours_tells_where_its_requests_went(string name)
    {
        var compose = generated.Compose(Production)["services"];
        var environment = compose[name]["environment"];
        Assert.Equal(("http://jaeger:4318", "http/protobuf", $"blogcreator.{name}"), (
            environment["OTEL_EXPORTER_OTLP_ENDPOINT"].Text, environment["OTEL_EXPORTER_OTLP_PROTOCOL"].Text, environment["OTEL_SERVICE_NAME"].Text));
        // Not its version and environment, which it knows better: this overrules what it says of itself.
        Assert.Equal("service.namespace=blogcreator", environment["OTEL_RESOURCE_ATTRIBUTES"].Text);
        Assert.Contains("telemetry", compose[name]["networks"].Texts.Intersect(compose["jaeger"]["networks"].Texts));
        // Metrics are scraped and logs are shipped: Jaeger would refuse both.
        Assert.Equal(("none", "none"), (environment["OTEL_METRICS_EXPORTER"].Text, environment["OTEL_LOGS_EXPORTER"].Text));
    }

    [Theory]
    [InlineData("api")]
    [InlineData("web")]
    [InlineData("migrate")]
    public void A_service_of_ours_finds_placeholders_and_none_of_the_variables_that_nothing_reads(string name)
    {
        var environment = generated.Compose(Production)["services"][name]["environment"];
        Assert.DoesNotContain(environment.Keys, key => Regex.IsMatch(key, "^(BLOGDB|REDIS|API)_", RegexOptions.ExplicitCapture, Patience));
        if (name == "api")
        {
            Assert.Equal(
                "Host=postgres;Port=5432;Username=postgres;Password={secret:postgres-password};Database=blogdb",
                environment["ConnectionStrings__blogdb"].Text);
            Assert.Equal("redis:6379,password={secret:redis-password}", environment["ConnectionStrings__redis"].Text);
            Assert.Equal("http://elastic:{secret:elasticsearch-password:uri}@elasticsearch:9200", environment["ConnectionStrings__elasticsearch"].Text);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Row_14_health_is_asked_of_the_app_itself_and_needs_no_curl(string file)
    {
        var services = generated.Compose(file)["services"];
        Assert.Equal(["CMD", "dotnet", "BlogCreator.Api.dll", "healthcheck"], services["api"]["healthcheck"]["test"].Texts);
        Assert.Equal(["CMD", "dotnet", "BlogCreator.Web.dll", "healthcheck"], services["web"]["healthcheck"]["test"].Texts);
    }

    [Fact]
    public void Row_15_every_image_is_pinned_and_can_be_pinned_by_digest()
    {
        foreach (var (_, service) in Services(Production))
        {
            var image = Default(service["image"].Text);
            Assert.Matches(@":[A-Za-z0-9][A-Za-z0-9._-]*$", image);
            Assert.DoesNotMatch(@":latest$", image);
            Assert.False(service["build"].Exists);
        }

        var digest = $"sha256:{new string('a', 64)}";
        Assert.Equal(0, generated.Run(Generated.Settings + $"images: {{redis: '{digest}', api: '{digest}'}}\n"));
        var services = generated.Compose(Production)["services"];
        Assert.EndsWith($"@{digest}", Default(services["redis"]["image"].Text), StringComparison.Ordinal);
        Assert.Equal($"ghcr.io/example/blogcreator-api@{digest}", Default(services["migrate"]["image"].Text));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Nginx_meets_api_and_web_on_the_trusted_network_only(string file)
    {
        var compose = generated.Compose(file);
        foreach (var behind in (string[])["api", "web"])
        {
            var shared = compose["services"]["nginx"]["networks"].Texts.Intersect(compose["services"][behind]["networks"].Texts);
            Assert.Equal(["front"], shared);
        }

        var trusted = compose["services"]["api"]["environment"]["ForwardedHeaders__TrustedNetworks"].Text;
        Assert.Contains($"subnet: {trusted}", generated.Read($"deploy/compose/{file}"), StringComparison.Ordinal);
        Assert.Equal(
            compose["services"].Keys.SelectMany(name => compose["services"][name]["networks"].Texts).Distinct().Order(StringComparer.Ordinal),
            compose["networks"].Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void In_production_only_the_way_in_and_the_way_out_reach_the_outside()
    {
        var networks = generated.Compose(Production)["networks"];
        var open = networks.Keys.Where(name => networks[name]["internal"].Text != "true");
        Assert.Equal(["egress", "public"], open.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_database_is_migrated_once_before_api_starts(string file)
    {
        var services = generated.Compose(file)["services"];
        Assert.Equal("service_healthy", services["migrate"]["depends_on"]["postgres"]["condition"].Text);
        Assert.Equal("service_completed_successfully", services["api"]["depends_on"]["migrate"]["condition"].Text);
        Assert.Equal(["migrate"], services["migrate"]["command"].Texts);
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_that_is_off_leaves_nothing_behind(string off, string[] services, string[] traces)
    {
        Assert.Equal(0, generated.Run(Generated.Settings + $"parts: {{{off}}}\n"));
        foreach (var file in (string[])[Production, Development])
        {
            Assert.Equal(Everybody.Except(services).Order(StringComparer.Ordinal), generated.Compose(file)["services"].Keys.Order(StringComparer.Ordinal));
            // The comments at its beginning may speak of what there could be.
            var text = string.Join('\n', generated.Read($"deploy/compose/{file}").Split('\n').SkipWhile(line => line.StartsWith('#')));
            Assert.All(traces, trace => Assert.DoesNotContain(trace, text, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public void Settings_arrive_where_they_belong()
    {
        Assert.Equal(0, generated.Run("""
            domain: [blog.example.org, www.example.org]
            acme: {email: me@example.org, server: 'https://ca.example.org/dir'}
            registry: registry.example.org:5000/team
            version: 2.0.0
            uploadLimit: 20M
            network: {front: 10.9.0.0/24}
            ports: {production: {http: 8080, https: 9443}}
            services: {api: {replicas: 3, cpus: 0.50, memory: 768M, pids: 99}, elasticsearch: {memory: 2G, heap: 512M}}
            """));
        var services = generated.Compose(Production)["services"];
        Assert.Equal("registry.example.org:5000/team/blogcreator-api:2.0.0", Default(services["api"]["image"].Text));
        Assert.Equal(("3", "0.50", "768m", "99"), (
            services["api"]["deploy"]["replicas"].Text, services["api"]["cpus"].Text, services["api"]["mem_limit"].Text, services["api"]["pids_limit"].Text));
        Assert.Equal("https://blog.example.org:9443", Default(services["api"]["environment"]["Site__BaseUrl"].Text));
        Assert.Equal("10.9.0.0/24", services["web"]["environment"]["ForwardedHeaders__TrustedNetworks"].Text);
        Assert.Equal("blog.example.org www.example.org", Default(services["nginx"]["environment"]["SITE_DOMAIN"].Text));
        Assert.Equal(("20971520", "20971520"), (
            services["nginx"]["environment"]["UPLOAD_MAX_BYTES"].Text, services["api"]["environment"]["Uploads__MaxBytes"].Text));
        Assert.Equal("https://ca.example.org/dir", Default(services["certbot"]["environment"]["ACME_SERVER"].Text));
        Assert.Equal("-Xms512m -Xmx512m", services["elasticsearch"]["environment"]["ES_JAVA_OPTS"].Text);
        Assert.Equal(["${HTTP_PORT:-8080}:8080", "${HTTPS_PORT:-9443}:8443"], services["nginx"]["ports"].Texts);
    }

    [Fact]
    public void From_another_folder_the_hand_written_files_are_found_too()
    {
        var folder = Path.GetDirectoryName(generated.PathOf($"deploy/compose/{Production}"))!;
        var mounts = Services(Production).SelectMany(service => service.Service["volumes"].Texts)
            .Where(mount => mount.StartsWith('.')).Select(mount => Path.GetFullPath(mount.Split(':')[0], folder)).ToList();
        Assert.Contains(Path.Combine(Repository.Root, "deploy", "nginx"), mounts);
        Assert.All(mounts, mount => Assert.StartsWith(Path.Combine(Repository.Root, "deploy"), mount, StringComparison.Ordinal));
        var context = generated.Compose(Development)["services"]["api"]["build"]["context"].Text!;
        Assert.Equal(Repository.Root, Path.TrimEndingDirectorySeparator(Path.GetFullPath(context, folder)));
    }

    [Fact]
    public void Hot_reload_lays_itself_over_api_and_web_alone()
    {
        var services = generated.Compose("docker-compose.hot.yml")["services"];
        Assert.Equal(["api", "web"], services.Keys);
        Assert.All(services.Keys, name => Assert.Equal("hot", services[name]["build"]["target"].Text));
    }

    [Fact]
    public void Every_variable_has_a_default_and_the_example_names_it()
    {
        var example = generated.Read("deploy/compose/.env.example");
        var text = generated.Read($"deploy/compose/{Production}");
        Assert.Empty(Regex.Matches(text, @"(?<!\$)\$(?!\$|\{[A-Z_]+:-)", RegexOptions.ExplicitCapture, Patience));
        foreach (var name in Regex.Matches(text, @"\$\{(?<name>[A-Z_]+):-", RegexOptions.ExplicitCapture, Patience).Select(match => match.Groups["name"].Value).Distinct())
        {
            Assert.Matches($"(?m)^#?{name}=", example);
        }

        Assert.All(
            example.Split('\n').Where(line => line.Length > 0 && !line.StartsWith('#')), line => Assert.Matches("^[A-Z_]+=.*$", line));
    }

    [Theory]
    [InlineData("-f docker-compose.yml")]
    [InlineData("-f docker-compose.yml -f docker-compose.hot.yml")]
    [InlineData("-f docker-compose.prod.yml")]
    public async Task Docker_compose_reads_it_without_an_env_file(string files)
    {
        Assert.SkipUnless(IsInstalled("docker-compose"), "docker-compose is not installed: apt-get install docker-compose");
        var folder = Path.GetDirectoryName(generated.PathOf($"deploy/compose/{Production}"))!;
        Assert.False(File.Exists(Path.Combine(folder, ".env")));
        using var process = Process.Start(new ProcessStartInfo("docker-compose", $"{files} config -q")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var said = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var wrong = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, wrong + await said);
        Assert.DoesNotContain("variable is not set", wrong, StringComparison.Ordinal);
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static bool IsSecretName(string variable) => Regex.IsMatch(variable, "(?i)(password|apikey|token|dsn|connectionstrings__|secret)", RegexOptions.ExplicitCapture, Patience);

    /// <summary>What a value is without a variable that is set.</summary>
    private static string Default(string? value) =>
        Regex.Match(value ?? "", @"^\$\{[A-Z_]+:-(?<default>.*)\}$", RegexOptions.ExplicitCapture, Patience) is { Success: true } match ? match.Groups["default"].Value : value ?? "";

    private List<(string Name, Generated.Yaml Service)> Services(string file)
    {
        var services = generated.Compose(file)["services"];
        return [.. services.Keys.Select(name => (name, services[name]))];
    }
}

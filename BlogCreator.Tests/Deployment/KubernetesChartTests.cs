using k8s.Models;

namespace BlogCreator.Tests.Deployment;

/// <summary>The chart, by the real helm and by Kubernetes' own types. No cluster is asked: there is none here.</summary>
public sealed class KubernetesChartTests : IClassFixture<KubernetesChart>
{
    private const string Database = "postgres.external.connectionString=Host=db.example.org;Username=blog;Password={secret:postgres-password};Database=blogdb";

    /// <summary>What people set, by name.</summary>
    private static readonly Dictionary<string, string[]> Choices = new()
    {
        ["nothing"] = [],
        ["an upgrade"] = ["--is-upgrade"],
        ["a database outside"] = ["--set", "postgres.enabled=false", "--set-string", Database],
        ["everything outside"] =
        [
            "--set", "postgres.enabled=false,redis.enabled=false,elasticsearch.enabled=false", "--set-string", Database,
            "--set-string", "redis.external.connectionString=redis.example.org:6379\\,password={secret:redis-password}\\,ssl=true",
            "--set-string", "elasticsearch.external.connectionString=https://elastic:{secret:elasticsearch-password:uri}@search.example.org:9200",
            "--set", "storage.files.s3.bucket=blog,storage.files.s3.region=eu-central-1,storage.files.s3.credentialsInSecret=true",
        ],
        ["only what must be"] =
        [
            "--set", "redis.enabled=false,elasticsearch.enabled=false,backup.enabled=false,networkPolicy.enabled=false,verifyFiles.enabled=false",
            "--set", "ingress.enabled=false,serviceAccount.create=false,monitoring.annotations=false,api.autoscaling.enabled=false,web.autoscaling.enabled=false",
        ],
        ["a bucket"] = ["--set", "storage.files.s3.bucket=blog,storage.files.s3.endpoint=https://s3.example.org,storage.keys.enabled=false"],
        ["no ingress"] = ["--set", "ingress.enabled=false"],
        ["what one may add"] =
        [
            "--set", "api.environment.Jobs__Workers=4,api.secrets={model-certificate},web.environment.Logging__LogLevel__Default=Debug",
            "--set", "ingress.stickySessions=true,ingress.clusterIssuer=letsencrypt,imagePullSecrets[0].name=registry,api.nodeSelector.disk=ssd",
            "--set", "networkPolicy.apiEgress[0].ports[0].port=11434,api.tolerations[0].key=blog,api.serviceAnnotations.a=b,serviceAccount.annotations.a=b",
            "--set", "backup.secrets={backup-s3-key},backup.environment.BACKUP_S3_BUCKET=blog,backup.toOutside=true,postgres.storage.storageClass=fast",
            "--set", "api.image.digest=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ],
    };

    private readonly KubernetesChart _chart;

    public KubernetesChartTests(KubernetesChart chart)
    {
        HelmProgram.SkipUnlessThere();
        _chart = chart;
    }

    public static TheoryData<string> All => [.. Choices.Keys];

    [Fact]
    public async Task Helm_finds_nothing_wrong()
    {
        var (exitCode, output, errors) = await HelmProgram.Run(["lint", "--strict", _chart.Chart]);
        Assert.True(exitCode == 0, output + errors);
        Assert.DoesNotContain("WARNING", output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_object_is_one_that_Kubernetes_knows(string choice)
    {
        var objects = await _chart.Objects(Choices[choice]);

        Assert.NotEmpty(objects);
        // One name, one object.
        Assert.Equal(objects.Count, objects.Cast<k8s.IKubernetesObject<V1ObjectMeta>>().Select(item => (item.Kind, item.Metadata.Name)).Distinct().Count());
    }

    [Fact]
    public async Task A_field_that_Kubernetes_does_not_know_would_be_noticed()
    {
        var text = await _chart.Text();
        Assert.Throws<YamlDotNet.Core.YamlException>(() => KubernetesChart.Strict(text.Replace("minReadySeconds:", "minReadySecond:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("api")]
    [InlineData("web")]
    public async Task A_service_is_replaced_one_by_one_and_finishes_what_it_serves(string service)
    {
        var objects = await _chart.Objects();
        var deployment = objects.OfType<V1Deployment>().Single(item => item.Name() == $"{KubernetesChart.Release}-{service}").Spec;
        var pod = deployment.Template.Spec;
        var container = Assert.Single(pod.Containers);

        Assert.True(deployment.Replicas >= 2);
        Assert.Equal("RollingUpdate", deployment.Strategy.Type);
        Assert.Equal("0", deployment.Strategy.RollingUpdate.MaxUnavailable.Value);
        Assert.Equal("1", deployment.Strategy.RollingUpdate.MaxSurge.Value);
        Assert.Equal(10, deployment.MinReadySeconds);
        Assert.Equal("/health/live", container.StartupProbe.HttpGet.Path);
        Assert.Equal("/health/ready", container.ReadinessProbe.HttpGet.Path);
        Assert.Equal("/health/live", container.LivenessProbe.HttpGet.Path);
        Assert.Equal(10, container.Lifecycle.PreStop.Sleep.Seconds);
        // The pause, the service's own 10 s, and 60 s for requests.
        Assert.Equal(90, pod.TerminationGracePeriodSeconds);
        Assert.Equal(["kubernetes.io/hostname", "topology.kubernetes.io/zone"], pod.TopologySpreadConstraints.Select(spread => spread.TopologyKey));
        Assert.Equal(1654, pod.SecurityContext.RunAsUser);

        var budget = objects.OfType<V1PodDisruptionBudget>().Single(item => item.Name() == $"{KubernetesChart.Release}-{service}").Spec;
        Assert.Equal("1", budget.MinAvailable.Value);
        var autoscaler = objects.OfType<V2HorizontalPodAutoscaler>().Single(item => item.Name() == $"{KubernetesChart.Release}-{service}").Spec;
        Assert.True(autoscaler.MinReplicas >= 2 && autoscaler.MaxReplicas > autoscaler.MinReplicas);
        Assert.Equal(("Deployment", $"{KubernetesChart.Release}-{service}"), (autoscaler.ScaleTargetRef.Kind, autoscaler.ScaleTargetRef.Name));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task No_container_has_more_rights_than_it_needs(string choice)
    {
        Assert.All(KubernetesChart.Pods(await _chart.Objects(Choices[choice])), item =>
        {
            var pod = item.Pod.Spec;
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.True(pod.SecurityContext.RunAsUser > 0);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.False(pod.EnableServiceLinks);
            Assert.True(pod.HostNetwork is null or false);
            Assert.All(KubernetesChart.Containers(item.Pod), container =>
            {
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
                Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
                Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
                Assert.Null(container.SecurityContext.Capabilities.Add);
                Assert.Contains(container.VolumeMounts, mount => mount.MountPath == "/tmp" || container.Name == "copy");
                Assert.Equal(["cpu", "memory"], container.Resources.Limits.Keys.Order());
                Assert.Equal(["cpu", "memory"], container.Resources.Requests.Keys.Order());
                Assert.Matches(@"(:[A-Za-z0-9_][A-Za-z0-9._-]*|@sha256:[0-9a-f]{64})$", container.Image);
                Assert.DoesNotContain(":latest", container.Image, StringComparison.Ordinal);
            });
        });
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Secrets_come_from_files_only_and_each_pod_gets_those_it_names(string choice)
    {
        var objects = await _chart.Objects(Choices[choice]);

        Assert.Empty(objects.OfType<V1Secret>());
        Assert.Empty(objects.OfType<V1ConfigMap>());
        Assert.All(KubernetesChart.Pods(objects), item =>
        {
            var mounted = item.Pod.Spec.Volumes.Single(volume => volume.Secret is not null).Secret;
            Assert.Equal("blogcreator-secrets", mounted.SecretName);
            foreach (var container in KubernetesChart.Containers(item.Pod))
            {
                var texts = (container.Env ?? []).Select(variable => variable.Value ?? "").Concat(container.Command ?? []).Concat(container.Args ?? []).ToList();
                var named = texts.SelectMany(KubernetesChart.SecretsNamed).Distinct().ToList();
                Assert.Subset(mounted.Items.Select(key => key.Path).ToHashSet(), named.ToHashSet());
                Assert.True(named.Count == 0 || container.VolumeMounts.Any(mount => mount is { MountPath: "/run/secrets", ReadOnlyProperty: true }));
                Assert.All(container.Env ?? [], variable =>
                {
                    Assert.Null(variable.ValueFrom);
                    Assert.True(
                        !IsAboutASecret(variable) || KubernetesChart.SecretsNamed(variable.Value).Any(),
                        $"{item.Name}: {variable.Name} holds a value instead of the place of one.");
                });
            }
        });

        static bool IsAboutASecret(V1EnvVar variable) =>
            variable.Value.Length > 0
            && (variable.Name.Contains("password", StringComparison.OrdinalIgnoreCase)
                || variable.Name.EndsWith("Key", StringComparison.Ordinal)
                || variable.Name.EndsWith("Dsn", StringComparison.Ordinal)
                || variable.Name.EndsWith("Token", StringComparison.Ordinal)
                || variable.Name.StartsWith("ConnectionStrings__", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Whatever_an_object_names_is_there(string choice)
    {
        var objects = await _chart.Objects(Choices[choice]);
        var pods = KubernetesChart.Pods(objects).ToList();
        var services = objects.OfType<V1Service>().ToDictionary(service => service.Name());
        var claims = objects.OfType<V1PersistentVolumeClaim>().Select(claim => claim.Name())
            .Concat(objects.OfType<V1StatefulSet>().SelectMany(set => set.Spec.VolumeClaimTemplates.Select(claim => $"{claim.Name()}-{set.Name()}-0"))).ToHashSet();
        var accounts = objects.OfType<V1ServiceAccount>().Select(account => account.Name()).Append("default").ToHashSet();

        Assert.All(pods, item =>
        {
            var spec = item.Pod.Spec;
            var volumes = spec.Volumes.Select(volume => volume.Name)
                .Concat(objects.OfType<V1StatefulSet>().Where(set => set.Name() == item.Name).SelectMany(set => set.Spec.VolumeClaimTemplates.Select(claim => claim.Name())))
                .ToList();
            Assert.Equal(volumes.Count, volumes.Distinct().Count());
            Assert.All(KubernetesChart.Containers(item.Pod), container =>
            {
                Assert.Subset(volumes.ToHashSet(), container.VolumeMounts.Select(mount => mount.Name).ToHashSet());
                Assert.Equal((container.Env ?? []).Count, (container.Env ?? []).Select(variable => variable.Name).Distinct().Count());
                foreach (var port in new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe }
                    .Select(probe => probe?.HttpGet?.Port ?? probe?.TcpSocket?.Port).OfType<IntOrString>())
                {
                    Assert.Contains(container.Ports, known => known.Name == port.Value);
                }
            });
            Assert.All(spec.Volumes.Select(volume => volume.PersistentVolumeClaim?.ClaimName).OfType<string>(), claim => Assert.Contains(claim, claims));
            Assert.Contains(spec.ServiceAccountName ?? "default", accounts);
        });
        Assert.All(services.Values, service => Assert.All(service.Spec.Ports, port =>
            Assert.Contains(pods.Where(item => Selects(service.Spec.Selector, item.Pod)).SelectMany(item => item.Pod.Spec.Containers).SelectMany(container => container.Ports ?? []), known => known.Name == port.TargetPort.Value)));
        Assert.All(objects.OfType<V1Ingress>().SelectMany(ingress => ingress.Spec.Rules).SelectMany(rule => rule.Http.Paths), path =>
            Assert.Contains(services[path.Backend.Service.Name].Spec.Ports, port => port.Name == path.Backend.Service.Port.Name));
        Assert.All(objects.OfType<V1Deployment>(), item => Assert.True(Selects(item.Spec.Selector.MatchLabels, item.Spec.Template)));
        Assert.All(objects.OfType<V1StatefulSet>(), item => Assert.True(Selects(item.Spec.Selector.MatchLabels, item.Spec.Template) && services.ContainsKey(item.Spec.ServiceName)));
        // A service that a variable leads to.
        Assert.All(
            pods.SelectMany(item => item.Pod.Spec.Containers).SelectMany(container => container.Env ?? []).Select(variable => variable.Value)
                .SelectMany(value => KubernetesChart.HostsIn(value)),
            host => Assert.Contains(host, services.Keys));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("everything outside")]
    [InlineData("no ingress")]
    [InlineData("what one may add")]
    public async Task Nobody_is_let_through_who_is_not_named(string choice)
    {
        var objects = await _chart.Objects(Choices[choice]);
        var policies = objects.OfType<V1NetworkPolicy>().ToDictionary(policy => policy.Name()[(KubernetesChart.Release.Length + 1)..], policy => policy.Spec);

        var deny = policies["deny-all"];
        Assert.All(KubernetesChart.Pods(objects), item => Assert.True(Selects(deny.PodSelector.MatchLabels, item.Pod)));
        Assert.Equal(["Egress", "Ingress"], deny.PolicyTypes.Order());
        Assert.True(deny.Ingress is null && deny.Egress is null);
        Assert.All(policies.Values.SelectMany(policy => policy.Ingress ?? []), rule => Assert.True(rule is { FromProperty.Count: > 0, Ports.Count: > 0 }));
        // Rules of the installation's own may be wider.
        Assert.All(policies.Values.SelectMany(policy => policy.Egress ?? []), rule => Assert.True(rule.To is { Count: > 0 } || rule.Ports is [{ Port.Value: "11434" }]));
        Assert.All(policies.Values.SelectMany(policy => policy.Egress ?? []).SelectMany(rule => rule.To ?? []).Select(peer => peer.IpBlock).Where(block => block is { Cidr: "0.0.0.0/0", Except: not null }), block =>
            Assert.Contains("169.254.0.0/16", block.Except));
    }

    [Fact]
    public async Task Each_service_reaches_what_the_app_model_gives_it_and_no_more()
    {
        var policies = (await _chart.Objects()).OfType<V1NetworkPolicy>().ToDictionary(policy => policy.Name()[(KubernetesChart.Release.Length + 1)..], policy => policy.Spec);

        Assert.Equal(["elasticsearch:9200", "outside:443", "postgres:5432", "postgres:9187", "redis:6379"], To("api"));
        Assert.Equal(["api:8080", "outside:443", "redis:6379"], To("web"));
        Assert.Equal(["postgres:5432"], To("migrate"));
        Assert.Equal(["api,migrate,reindex,verify-files:5432", "api:9187", "monitoring:9187"], From("postgres"));
        Assert.Equal(["api,reindex,verify-files,web:6379"], From("redis"));
        Assert.Equal(["api,reindex,verify-files:9200"], From("elasticsearch"));
        Assert.Equal(["ingress-nginx:8080", "monitoring:9464", "web:8080"], From("api"));
        Assert.Equal(["ingress-nginx:8080", "monitoring:9464"], From("web"));

        IEnumerable<string> To(string name) => policies[name].Egress.SelectMany(rule => rule.To.SelectMany(peer => rule.Ports.Select(port => $"{Peer(peer)}:{port.Port.Value}"))).Order(StringComparer.Ordinal);

        IEnumerable<string> From(string name) => policies[name].Ingress.SelectMany(rule => rule.FromProperty.SelectMany(peer => rule.Ports.Select(port => $"{Peer(peer)}:{port.Port.Value}"))).Order(StringComparer.Ordinal);

        static string Peer(V1NetworkPolicyPeer peer) => peer switch
        {
            { IpBlock: not null } => "outside",
            { NamespaceSelector: { } space } => space.MatchLabels["kubernetes.io/metadata.name"],
            { PodSelector.MatchExpressions: [var expression] } => string.Join(',', expression.Values.Order(StringComparer.Ordinal)),
            _ => peer.PodSelector.MatchLabels["app.kubernetes.io/component"],
        };
    }

    [Theory]
    [InlineData("nothing", false)]
    [InlineData("an upgrade", true)]
    [InlineData("a database outside", true)]
    public async Task The_migration_comes_before_the_release_where_there_is_a_database_already(string choice, bool isHook)
    {
        var job = Assert.Single((await _chart.Objects(Choices[choice])).OfType<V1Job>());
        var hook = job.Metadata.Annotations?.TryGetValue("helm.sh/hook", out var when) == true ? when : null;

        Assert.Equal(isHook ? "pre-install,pre-upgrade" : null, hook);
        Assert.Equal(["migrate"], Assert.Single(job.Spec.Template.Spec.Containers).Args);
        // What the chart makes is not there yet when a hook runs.
        Assert.Null(job.Spec.Template.Spec.ServiceAccountName);
        Assert.DoesNotContain(job.Spec.Template.Spec.Volumes, volume => volume.PersistentVolumeClaim is not null || volume.ConfigMap is not null);
    }

    [Fact]
    public async Task The_ways_in_are_the_page_the_api_and_its_sockets()
    {
        var ingresses = (await _chart.Objects()).OfType<V1Ingress>().ToList();
        var paths = ingresses.SelectMany(ingress => ingress.Spec.Rules).SelectMany(rule => rule.Http.Paths)
            .ToDictionary(path => path.Path, path => path.Backend.Service.Name[(KubernetesChart.Release.Length + 1)..]);

        Assert.Equal(new Dictionary<string, string> { ["/"] = "web", ["/api"] = "api", ["/ws"] = "api" }, paths);
        Assert.All(ingresses, ingress => Assert.Equal(["blog.example.org"], Assert.Single(ingress.Spec.Tls).Hosts));
        var api = ingresses.Single(ingress => ingress.Name().EndsWith("-api", StringComparison.Ordinal)).Metadata.Annotations;
        Assert.Equal("102m", api["nginx.ingress.kubernetes.io/proxy-body-size"]);
        Assert.Equal("off", api["nginx.ingress.kubernetes.io/proxy-request-buffering"]);
        Assert.Equal("3600", api["nginx.ingress.kubernetes.io/proxy-read-timeout"]);
    }

    [Theory]
    [InlineData("api.replica=3", "replica")]
    [InlineData("postgres.storage.sise=1Gi", "sise")]
    [InlineData("api.replicas=many", "replicas")]
    [InlineData("api.environment.Storage__Path=/else", "Storage__Path")]
    [InlineData("storage.files.s3.serverSideEncryption=DES", "serverSideEncryption")]
    [InlineData("api.image.digest=sha256:short", "digest")]
    [InlineData("postgres.enabled=false", "name your own database in postgres.external.connectionString")]
    [InlineData("redis.enabled=false,storage.keys.enabled=false", "turn storage.keys.enabled on")]
    [InlineData("storage.files.s3.region=eu-central-1", "name the bucket")]
    [InlineData("postgres.enabled=false,postgres.external.connectionString=Host=db;Password=hunter2", "{secret:postgres-password}")]
    [InlineData("elasticsearch.enabled=false,elasticsearch.external.connectionString=https://elastic:hunter2@db", "{secret:elasticsearch-password}")]
    [InlineData("postgres.external.connectionString=Host=db", "only one of them")]
    public async Task A_value_that_cannot_be_meant_is_refused_by_name(string value, string said)
    {
        var (exitCode, output, errors) = await _chart.Template("--set", value);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", output + errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_is_off_in_the_settings_leaves_nothing_behind()
    {
        using var chart = KubernetesChart.With(("search: true", "search: false"), ("logs: true", "logs: false"), ("backup: true", "backup: false"));
        var text = await chart.Text();

        Assert.DoesNotContain("elasticsearch", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("backup", text, StringComparison.OrdinalIgnoreCase);
        KubernetesChart.Strict(text);
    }

    [Fact]
    public async Task Monitoring_by_an_operator_is_one_value_away()
    {
        var text = await _chart.Text("--set", "monitoring.serviceMonitor.enabled=true,monitoring.serviceMonitor.labels.release=prometheus", "--show-only", "templates/servicemonitor.yaml");

        Assert.Contains("kind: ServiceMonitor", text, StringComparison.Ordinal);
        Assert.Contains("release: prometheus", text, StringComparison.Ordinal);
        Assert.Contains("port: backup-metrics", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_api_asked_to_run_its_commands_now_and_then_is_set_up_as_the_api_is()
    {
        var objects = await _chart.Objects();
        var api = objects.OfType<V1Deployment>().Single(item => item.Name().EndsWith("-api", StringComparison.Ordinal)).Spec.Template.Spec.Containers[0];
        var crons = objects.OfType<V1CronJob>().ToDictionary(item => item.Name()[(KubernetesChart.Release.Length + 1)..], item => item.Spec);

        foreach (var (name, isSuspended) in new[] { ("verify-files", false), ("reindex", true) })
        {
            var container = Assert.Single(crons[name].JobTemplate.Spec.Template.Spec.Containers);
            Assert.Equal(isSuspended, crons[name].Suspend ?? false);
            Assert.Equal("Forbid", crons[name].ConcurrencyPolicy);
            Assert.Equal([name], container.Args);
            Assert.Equal(api.Image, container.Image);
            Assert.Equal(api.Env.Select(variable => (variable.Name, variable.Value)), container.Env.Select(variable => (variable.Name, variable.Value)));
        }
    }

    [Fact]
    public void A_container_of_which_nothing_is_known_is_refused()
    {
        var manifest = File.ReadAllText(Path.Combine(KubernetesChart.Root, "aspire-manifest.json"))
            .Replace("\"resources\": {", "\"resources\": { \"rabbit\": { \"type\": \"container.v0\", \"image\": \"docker.io/library/rabbitmq:4\" },", StringComparison.Ordinal);
        using var chart = new KubernetesChart();
        var (exitCode, errors) = chart.GenerateFrom(manifest);

        Assert.NotEqual(0, exitCode);
        Assert.Contains("rabbit", errors, StringComparison.Ordinal);
    }

    private static bool Selects(IDictionary<string, string> labels, V1PodTemplateSpec pod) =>
        labels.All(label => pod.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}

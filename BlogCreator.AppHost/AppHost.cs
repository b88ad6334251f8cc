using BlogCreator.AppHost;
using BlogCreator.AppHost.Deployment;

// Needs the app model only as it was written down; the same for either engine.
if (Generate.Command(args) is { } exitCode)
{
    Environment.ExitCode = exitCode;
    return;
}

var builder = DistributedApplication.CreateBuilder(args);
var isRun = builder.ExecutionContext.IsRunMode;

// What the services need. Names and tags are fixed, so that every machine writes the same manifest; the passwords are
// Aspire's generated ones.
var postgres = builder.AddPostgres("postgres")
    .WithImageTag("18.3")
    .WithDataVolume("blogcreator-postgres");
var blogdb = postgres.AddDatabase("blogdb");

var redis = builder.AddRedis("redis")
    .WithImageTag("8.6")
    .WithDataVolume("blogcreator-redis");

var elasticsearch = builder.AddElasticsearch("elasticsearch")
    .WithImageTag("8.17.3")
    .WithDataVolume("blogcreator-elasticsearch");

// What may be set, and need not be.
var siteName = builder.AddParameter("site-name", new Unset());
var siteBaseUrl = builder.AddParameter("site-base-url", new Unset());
var modelProvider = builder.AddParameter("language-model-provider", new Unset());
var modelEndpoint = builder.AddParameter("language-model-endpoint", new Unset());
var modelName = builder.AddParameter("language-model-name", new Unset());
var modelKey = builder.AddParameter("language-model-key", new Unset(), secret: true);
var embeddingsEndpoint = builder.AddParameter("embeddings-endpoint", new Unset());
var embeddingsModel = builder.AddParameter("embeddings-model", new Unset());
var embeddingsKey = builder.AddParameter("embeddings-key", new Unset(), secret: true);
var sentryDsn = builder.AddParameter("sentry-dsn", new Unset(), secret: true);

// The services. In a run each has a port of its own; in a container both listen on 8080.
var migrate = builder.AddProject<Projects.BlogCreator_Api>("migrate", launchProfileName: null)
    .WithArgs("migrate")
    .WithReference(blogdb)
    .WaitFor(blogdb);

// Search falls back to the database's own index, so that nothing waits until Elasticsearch is healthy.
var api = builder.AddProject<Projects.BlogCreator_Api>("api", launchProfileName: null)
    .WithHttpEndpoint(port: isRun ? 8081 : null, targetPort: isRun ? null : 8080)
    .WithReference(blogdb)
    .WithReference(redis)
    .WithReference(elasticsearch)
    .WithEnvironment("Site__Name", siteName)
    .WithEnvironment("Site__BaseUrl", siteBaseUrl)
    .WithEnvironment("LanguageModel__Provider", modelProvider)
    .WithEnvironment("LanguageModel__Endpoint", modelEndpoint)
    .WithEnvironment("LanguageModel__Model", modelName)
    .WithEnvironment("LanguageModel__ApiKey", modelKey)
    .WithEnvironment("Embeddings__Endpoint", embeddingsEndpoint)
    .WithEnvironment("Embeddings__Model", embeddingsModel)
    .WithEnvironment("Embeddings__ApiKey", embeddingsKey)
    .WithEnvironment("Sentry__Dsn", sentryDsn)
    .WaitForCompletion(migrate)
    .WaitFor(redis)
    .WaitForStart(elasticsearch)
    .WithHttpHealthCheck("/health")
    .WithReplicas(2)
    .WithUrlForEndpoint("http", _ => new() { Url = "/scalar", DisplayText = "API description", DisplayOrder = 1 })
    .WithUrlForEndpoint("http", _ => new() { Url = "/health", DisplayText = "Health of the API" })
    .WithUrlForEndpoint("http", _ => new() { Url = "/metrics", DisplayText = "Metrics of the API" });

// Web starts beside Api and says so on its pages until Api answers.
var web = builder.AddProject<Projects.BlogCreator_Web>("web", launchProfileName: null)
    .WithHttpEndpoint(port: isRun ? 8080 : null, targetPort: isRun ? null : 8080)
    .WithReference(api)
    .WithReference(redis)
    .WithEnvironment("Site__Name", siteName)
    .WithEnvironment("Site__BaseUrl", siteBaseUrl)
    .WithEnvironment("Sentry__Dsn", sentryDsn)
    .WaitForStart(api)
    .WithHttpHealthCheck("/health")
    .WithReplicas(2)
    .WithUrlForEndpoint("http", _ => new() { Url = "/", DisplayText = "Blog", DisplayOrder = 3 })
    .WithUrlForEndpoint("http", _ => new() { Url = "/studio/library", DisplayText = "Studio", DisplayOrder = 2 })
    .WithUrlForEndpoint("http", _ => new() { Url = "/health", DisplayText = "Health of the site" })
    .WithUrlForEndpoint("http", _ => new() { Url = "/metrics", DisplayText = "Metrics of the site" })
    .WithExternalHttpEndpoints();

if (isRun)
{
    // A bucket that is set for the services takes the place of the folder.
    var bucket = builder.Configuration["Storage:S3:Bucket"];
    var data = Path.GetFullPath(builder.Configuration["data"] ?? Path.Combine(builder.AppHostDirectory, "..", ".data"));
    foreach (var service in new[] { migrate, api, web })
    {
        service
            .WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName)
            .WithEnvironment("Storage__Path", string.IsNullOrEmpty(bucket) ? Path.Combine(data, "files") : "")
            .WithEnvironment("DataProtection__Path", Path.Combine(data, "keys"));
    }
}

if (builder.ExecutionContext.IsPublishMode)
{
    // What only a deployment needs. Replicas, limits, networks and health checks, which a manifest cannot hold, are in
    // Deployment/Catalog.cs and deploy/settings.yaml.
    var setupToken = builder.AddParameter("setup-token", new Unset(), secret: true);
    var backupKey = builder.AddParameter("backup-key", new GenerateParameterDefault { MinLength = 44, Special = false }, secret: true);
    var grafanaPassword = builder.AddParameter("grafana-password", new GenerateParameterDefault { MinLength = 22 }, secret: true);
    // Of the user 'monitor' in PostgreSQL and in Redis, who may look at their figures and at nothing that they keep.
    var monitorPassword = builder.AddParameter("monitor-password", new GenerateParameterDefault { MinLength = 43, Special = false }, secret: true);
    var siteDomain = builder.AddParameter("site-domain", new Unset());
    var acmeEmail = builder.AddParameter("acme-email", new Unset());
    var acmeServer = builder.AddParameter("acme-server", new Unset());
    migrate.WithEnvironment("Setup__Token", setupToken);
    api.WithEnvironment("Setup__Token", setupToken);

    // PostgreSQL with its backups beside it.
    postgres.WithDockerfile("../deploy/postgres")
        .WithVolume("postgres-socket", "/var/run/postgresql")
        .WithVolume("backup-repository", "/var/lib/backup");
    builder.AddContainer("backup", "blogcreator-postgres", "0.1.0")
        .WithDockerfile("../deploy/postgres")
        .WithArgs("backup", "schedule")
        .WithEnvironment("BACKUP_KEY", backupKey)
        .WithHttpEndpoint(targetPort: 9187, name: "metrics")
        .WithVolume("blogcreator-postgres", "/var/lib/postgresql")
        .WithVolume("postgres-socket", "/var/run/postgresql")
        .WithVolume("backup-repository", "/var/lib/backup")
        .WithVolume("files", "/data/files", isReadOnly: true)
        .WithVolume("keys", "/data/keys", isReadOnly: true)
        .WithVolume("certificates", "/etc/nginx/certificates", isReadOnly: true)
        .WithVolume("letsencrypt", "/etc/letsencrypt", isReadOnly: true);

    // The way in, and its certificates.
    builder.AddContainer("nginx", "nginx", "1.29")
        .WithImageRegistry("docker.io/library")
        .WithEntrypoint("/bin/sh")
        .WithArgs("/etc/nginx/blogcreator/start.sh")
        .WithEnvironment("SITE_DOMAIN", siteDomain)
        .WithEnvironment("API_UPSTREAM", Address(api))
        .WithEnvironment("WEB_UPSTREAM", Address(web))
        .WithHttpEndpoint(port: 80, targetPort: 8080)
        .WithEndpoint(port: 443, targetPort: 8443, scheme: "https", name: "https")
        .WithHttpEndpoint(targetPort: 9113, name: "metrics")
        .WithEndpoint("http", endpoint => endpoint.IsExternal = true)
        .WithEndpoint("https", endpoint => endpoint.IsExternal = true)
        .WithBindMount("../deploy/nginx", "/etc/nginx/blogcreator", isReadOnly: true)
        .WithVolume("acme", "/var/www/acme", isReadOnly: true)
        .WithVolume("certificates", "/etc/nginx/certificates", isReadOnly: true);
    builder.AddContainer("certbot", "certbot/certbot", "v5.1.0")
        .WithImageRegistry("docker.io")
        .WithEntrypoint("/bin/sh")
        .WithArgs("/etc/blogcreator-certbot/renew.sh")
        .WithEnvironment("SITE_DOMAIN", siteDomain)
        .WithEnvironment("ACME_EMAIL", acmeEmail)
        .WithEnvironment("ACME_SERVER", acmeServer)
        .WithBindMount("../deploy/certbot", "/etc/blogcreator-certbot", isReadOnly: true)
        .WithVolume("acme", "/var/www/acme")
        .WithVolume("letsencrypt", "/etc/letsencrypt")
        .WithVolume("certificates", "/etc/nginx/certificates");

    // What watches it.
    builder.AddContainer("prometheus", "prom/prometheus", "v3.5.0")
        .WithImageRegistry("docker.io")
        .WithArgs(
            "--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus", "--storage.tsdb.retention.time=30d",
            // The links from a slow request to its trace.
            "--enable-feature=exemplar-storage")
        .WithHttpEndpoint(targetPort: 9090)
        .WithBindMount("../deploy/monitoring/prometheus", "/etc/prometheus", isReadOnly: true)
        .WithVolume("prometheus", "/prometheus");
    builder.AddContainer("alertmanager", "prom/alertmanager", "v0.28.1")
        .WithImageRegistry("docker.io")
        .WithArgs("--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager", "--cluster.listen-address=")
        .WithHttpEndpoint(targetPort: 9093)
        .WithBindMount("../deploy/monitoring/alertmanager", "/etc/alertmanager", isReadOnly: true)
        .WithVolume("alertmanager", "/alertmanager");
    builder.AddContainer("grafana", "grafana/grafana", "12.2.0")
        .WithImageRegistry("docker.io")
        .WithEnvironment("GF_SECURITY_ADMIN_PASSWORD", grafanaPassword)
        .WithEnvironment("GF_ANALYTICS_REPORTING_ENABLED", "false")
        .WithEnvironment("GF_ANALYTICS_CHECK_FOR_UPDATES", "false")
        .WithHttpEndpoint(targetPort: 3000)
        .WithBindMount("../deploy/monitoring/grafana/provisioning", "/etc/grafana/provisioning", isReadOnly: true)
        .WithBindMount("../deploy/monitoring/grafana/dashboards", "/var/lib/grafana/dashboards", isReadOnly: true)
        .WithVolume("grafana", "/var/lib/grafana");

    builder.AddContainer("postgres-exporter", "prometheuscommunity/postgres-exporter", "v0.17.1")
        .WithImageRegistry("quay.io")
        .WithEnvironment("DATA_SOURCE_URI", ReferenceExpression.Create(
            $"{postgres.GetEndpoint("tcp").Property(EndpointProperty.Host)}:{postgres.GetEndpoint("tcp").Property(EndpointProperty.TargetPort)}/blogdb?sslmode=disable&connect_timeout=5"))
        .WithEnvironment("DATA_SOURCE_USER", "monitor")
        .WithEnvironment("DATA_SOURCE_PASS", monitorPassword)
        .WithHttpEndpoint(targetPort: 9187, name: "metrics");
    builder.AddContainer("redis-exporter", "oliver006/redis_exporter", "v1.74.0-alpine")
        .WithImageRegistry("docker.io")
        .WithEnvironment("REDIS_ADDR", ReferenceExpression.Create(
            $"redis://{redis.GetEndpoint("tcp").Property(EndpointProperty.Host)}:{redis.GetEndpoint("tcp").Property(EndpointProperty.TargetPort)}"))
        .WithEnvironment("REDIS_USER", "monitor")
        .WithEnvironment("REDIS_PASSWORD", monitorPassword)
        // It may not read the configuration, in which the passwords stand.
        .WithEnvironment("REDIS_EXPORTER_CONFIG_COMMAND", "-")
        .WithHttpEndpoint(targetPort: 9121, name: "metrics");
    builder.AddContainer("elasticsearch-exporter", "prometheuscommunity/elasticsearch-exporter", "v1.9.0")
        .WithImageRegistry("quay.io")
        .WithEnvironment("ES_URI", elasticsearch.GetEndpoint("http"))
        .WithEnvironment("ES_USERNAME", "elastic")
        .WithHttpEndpoint(targetPort: 9114, name: "metrics");

    // Where a request went. The services tell it of one in ten, and of each that failed.
    var jaeger = builder.AddContainer("jaeger", "jaegertracing/jaeger", "2.11.0")
        .WithImageRegistry("docker.io")
        .WithArgs("--config", "/etc/jaeger/config.yaml")
        .WithHttpEndpoint(targetPort: 16686, name: "ui")
        .WithHttpEndpoint(targetPort: 4318, name: "otlp-http")
        .WithHttpEndpoint(targetPort: 8888, name: "metrics")
        .WithBindMount("../deploy/monitoring/jaeger", "/etc/jaeger", isReadOnly: true)
        // Everybody may write to that folder of the image, and so to a new volume in its place.
        .WithVolume("jaeger", "/tmp");
    foreach (var service in new[] { api, web })
    {
        service
            .WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", jaeger.GetEndpoint("otlp-http"))
            .WithEnvironment("OTEL_SERVICE_NAME", "blogcreator." + service.Resource.Name);
    }

    // Its logs.
    var elastic = elasticsearch.GetEndpoint("http");
    builder.AddContainer("logstash", "logstash/logstash", "8.17.3")
        .WithImageRegistry("docker.elastic.co")
        .WithEnvironment("ELASTICSEARCH_HOSTS", elastic)
        .WithEnvironment("XPACK_MONITORING_ENABLED", "false")
        // What is taken from Filebeat is on the disk before it is acknowledged; what Elasticsearch refuses is kept to be looked at.
        .WithEnvironment("QUEUE_TYPE", "persisted")
        .WithEnvironment("QUEUE_MAX_BYTES", "1gb")
        .WithEnvironment("DEAD_LETTER_QUEUE_ENABLE", "true")
        .WithEnvironment("DEAD_LETTER_QUEUE_MAX_BYTES", "256mb")
        .WithEnvironment("PIPELINE_ECS_COMPATIBILITY", "v8")
        .WithEndpoint(targetPort: 5044, name: "beats")
        .WithBindMount("../deploy/logstash/pipeline", "/usr/share/logstash/pipeline", isReadOnly: true)
        .WithBindMount("../deploy/elasticsearch", "/etc/blogcreator-elasticsearch", isReadOnly: true)
        .WithVolume("logstash", "/usr/share/logstash/data");
    builder.AddContainer("kibana", "kibana/kibana", "8.17.3")
        .WithImageRegistry("docker.elastic.co")
        .WithEnvironment("ELASTICSEARCH_HOSTS", elastic)
        .WithEnvironment("ELASTICSEARCH_USERNAME", "kibana_system")
        .WithEnvironment("TELEMETRY_OPTIN", "false")
        .WithHttpEndpoint(targetPort: 5601)
        .WithBindMount("../deploy/kibana", "/etc/blogcreator-kibana", isReadOnly: true)
        .WithVolume("kibana", "/usr/share/kibana/data");
    builder.AddContainer("filebeat", "beats/filebeat", "8.17.3")
        .WithImageRegistry("docker.elastic.co")
        .WithArgs("-e", "--strict.perms=false")
        .WithBindMount("../deploy/filebeat/filebeat.yml", "/usr/share/filebeat/filebeat.yml", isReadOnly: true)
        .WithVolume("filebeat", "/usr/share/filebeat/data");

    static ReferenceExpression Address(IResourceBuilder<ProjectResource> service) =>
        ReferenceExpression.Create($"{service.GetEndpoint("http").Property(EndpointProperty.Host)}:{service.GetEndpoint("http").Property(EndpointProperty.TargetPort)}");
}

builder.Build().Run();

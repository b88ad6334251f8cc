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

builder.Build().Run();

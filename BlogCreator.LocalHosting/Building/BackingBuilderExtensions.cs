using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

// The default tags are those of the Aspire version that aspire-manifest.json was compared with; our app host pins its own.
public static class PostgresBuilderExtensions
{
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        var postgres = new PostgresServerResource(
            name, userName?.Resource, password?.Resource ?? ParameterResourceBuilderExtensions.GeneratedPassword(builder, $"{name}-password"));
        return builder.AddResource(postgres)
            .WithEndpoint(port: port, targetPort: 5432, name: "tcp")
            .WithImage("library/postgres", "18.3")
            .WithImageRegistry("docker.io")
            .WithEnvironment("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256")
            .WithEnvironment("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --auth-local=scram-sha-256")
            .WithEnvironment(context =>
            {
                context.EnvironmentVariables["POSTGRES_USER"] = postgres.UserNameReference;
                context.EnvironmentVariables["POSTGRES_PASSWORD"] = postgres.PasswordParameter;
            })
            .WithHealthCheck($"{name}_check");
    }

    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null) =>
        builder.ApplicationBuilder.AddResource(new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource))
            .WithRelationship(builder.Resource, "Parent")
            .WithHealthCheck($"{name}_check");

    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithVolume(VolumeName.Checked(builder.Resource, name), "/var/lib/postgresql", isReadOnly);
}

public static class RedisBuilderExtensions
{
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        // StackExchange.Redis takes no password with a comma in it: only letters and digits.
        var redis = new RedisResource(
            name, password?.Resource ?? ParameterResourceBuilderExtensions.GeneratedPassword(builder, $"{name}-password", special: false));
        return builder.AddResource(redis)
            .WithEndpoint(port: port, targetPort: 6379, name: "tcp", scheme: "redis")
            .WithImage("library/redis", "8.6")
            .WithImageRegistry("docker.io")
            .WithHealthCheck($"{name}_check")
            .WithEntrypoint("/bin/sh")
            .WithEnvironment(context => context.EnvironmentVariables["REDIS_PASSWORD"] = redis.PasswordParameter)
            .WithArgs(context =>
            {
                var command = "redis-server --requirepass $REDIS_PASSWORD";
                if (redis.TryGetLastAnnotation<PersistenceAnnotation>(out var persistence))
                {
                    command += FormattableString.Invariant($" --save {persistence.Interval.TotalSeconds} {persistence.KeysChangedThreshold}");
                }

                context.Args.Add("-c");
                context.Args.Add(command);
            });
    }

    public static IResourceBuilder<RedisResource> WithDataVolume(
        this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
    {
        builder.WithVolume(VolumeName.Checked(builder.Resource, name), "/data", isReadOnly);
        return isReadOnly ? builder : builder.WithPersistence();
    }

    public static IResourceBuilder<RedisResource> WithPersistence(
        this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null, long keysChangedThreshold = 1) =>
        builder.WithAnnotation(new PersistenceAnnotation(interval, keysChangedThreshold), ResourceAnnotationMutationBehavior.Replace);
}

public static class ElasticsearchBuilderExtensions
{
    public static IResourceBuilder<ElasticsearchResource> AddElasticsearch(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        var elasticsearch = new ElasticsearchResource(
            name, password?.Resource ?? ParameterResourceBuilderExtensions.GeneratedPassword(builder, $"{name}-password"));
        return builder.AddResource(elasticsearch)
            .WithImage("library/elasticsearch", "8.17.3")
            .WithImageRegistry("docker.io")
            .WithHttpEndpoint(targetPort: 9200, port: port, name: "http")
            .WithEndpoint(targetPort: 9300, port: port, name: "internal")
            .WithEnvironment("discovery.type", "single-node")
            .WithEnvironment("xpack.security.enabled", "true")
            .WithEnvironment(context => context.EnvironmentVariables["ELASTIC_PASSWORD"] = elasticsearch.PasswordParameter)
            .WithHealthCheck($"{name}_check");
    }

    public static IResourceBuilder<ElasticsearchResource> WithDataVolume(this IResourceBuilder<ElasticsearchResource> builder, string? name = null) =>
        builder.WithVolume(VolumeName.Checked(builder.Resource, name), "/usr/share/elasticsearch/data");
}

internal static class VolumeName
{
    // Aspire makes a name out of the folder and the version, which would make the manifest differ between machines.
    public static string Checked(IResource resource, string? name) =>
        name ?? throw new DistributedApplicationException($"Name the data volume of '{resource.Name}', so that the manifest is the same everywhere.");
}

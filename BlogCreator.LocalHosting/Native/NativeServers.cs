using System.Globalization;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting.Native;

/// <summary>Puts the servers of this machine in the place of the embedded ones, where that is asked for and no server of the user's is named.</summary>
internal static class NativeServers
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const int PasswordLength = 32;

    public static async Task Add(DistributedApplicationModel model, CommandLine options, string dataDirectory, Ports ports, CancellationToken cancel)
    {
        var servers = model.Resources.Where(resource => resource is PostgresServerResource or RedisResource or ElasticsearchResource).Cast<ContainerResource>().ToList();
        if (options.Native.Keys.FirstOrDefault(name => name != CommandLine.All && !servers.Exists(server => server.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) is { } stranger)
        {
            throw new EngineError($"--services names no server: {stranger}.", $"There are {string.Join(", ", servers.Select(server => server.Name))}.");
        }

        servers.RemoveAll(server => !options.IsNative(server.Name) || IsNamedByUser(model, server));
        if (servers.Count == 0)
        {
            return;
        }

        var memory = new NativeMemory(dataDirectory);
        var user = NativeUser.Needed();
        if (user is not null)
        {
            await user.LetThrough(dataDirectory, cancel);
        }

        foreach (var server in servers)
        {
            var kept = memory.Find(server.Name);
            var endpoint = server.Annotations.OfType<EndpointAnnotation>().First();
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "127.0.0.1", ports.Take(server.Name, kept?.Port));
            var password = Password(server);
            if (password.Default is GenerateParameterDefault)
            {
                var generated = kept?.Password ?? RandomNumberGenerator.GetString(Letters, PasswordLength);
                password.Default = new ConstantParameterDefault(() => generated);
            }

            var place = new NativePlace(
                server.Name, Path.Combine(dataDirectory, server.Name), endpoint.AllocatedEndpoint.Port, await password.GetValueAsync(cancel) ?? "", user, memory);
            if (await Find(model, server, place, options, cancel) is { } native)
            {
                server.Annotations.Add(native);
                await Connect(model, server, native, place, cancel);
            }
        }
    }

    private static async Task<NativeServer?> Find(
        DistributedApplicationModel model, ContainerResource server, NativePlace place, CommandLine options, CancellationToken cancel)
    {
        switch (server)
        {
            case PostgresServerResource postgres:
                return await NativePostgres.Find(
                    place, Programs.OfPostgres, await postgres.UserNameReference.GetValueAsync(cancel) ?? "", [.. Databases(model, postgres).Select(database => database.DatabaseName)], cancel);
            case RedisResource:
                return await NativeRedis.Find(place, Programs.OnPath, cancel);
            default:
                if (NativeElasticsearch.Find(place, Environment.GetEnvironmentVariable("ES_HOME"), Programs.OnPath) is { } elasticsearch)
                {
                    return elasticsearch;
                }

                if (options.Native.ContainsKey(server.Name))
                {
                    throw new EngineError(
                        $"{server.Name} cannot start: no Elasticsearch is installed here.",
                        "Set ES_HOME to the folder that it was unpacked to, or leave out --services native: then search uses the database's own index.");
                }

                // Hardly any machine has it, and everything else is worth running without.
                server.Annotations.Add(new LocalConnectionAnnotation(
                    null, isServer: false, "the database's full text, since no Elasticsearch is installed here (ES_HOME)", "No Elasticsearch is installed here: search uses the full-text index of the database."));
                return null;
        }
    }

    private static async Task Connect(DistributedApplicationModel model, ContainerResource server, NativeServer native, NativePlace place, CancellationToken cancel)
    {
        var explanation = string.Create(
            CultureInfo.InvariantCulture, $"{native.Product} at 127.0.0.1:{place.Port}, which the engine starts and stops. Its data is in {place.Folder}.");
        List<IResource> resources = server is PostgresServerResource postgres ? [server, .. Databases(model, postgres)] : [server];
        foreach (var resource in resources)
        {
            var text = await ((IResourceWithConnectionString)resource).ConnectionStringExpression.GetValueAsync(cancel);
            resource.Annotations.Add(new LocalConnectionAnnotation(text, isServer: true, native.Product, explanation));
        }
    }

    private static bool IsNamedByUser(DistributedApplicationModel model, ContainerResource server) =>
        server is PostgresServerResource postgres && model.Resources.OfType<PostgresDatabaseResource>().Any(database => database.Parent == postgres)
            ? !Databases(model, postgres).Any()
            : IsUsers(server);

    /// <summary>The databases that are to be in it; not those for which a server was named.</summary>
    private static IEnumerable<PostgresDatabaseResource> Databases(DistributedApplicationModel model, PostgresServerResource server) =>
        model.Resources.OfType<PostgresDatabaseResource>().Where(database => database.Parent == server && !IsUsers(database));

    private static bool IsUsers(IResource resource) => resource.TryGetLastAnnotation<LocalConnectionAnnotation>(out var local) && local.IsServer;

    private static ParameterResource Password(ContainerResource server) => server switch
    {
        PostgresServerResource postgres => postgres.PasswordParameter,
        RedisResource redis => redis.PasswordParameter,
        ElasticsearchResource elasticsearch => elasticsearch.PasswordParameter,
        _ => throw new InvalidOperationException($"{server.Name} is no server that the engine can start."),
    };
}

namespace Aspire.Hosting.ApplicationModel;

public sealed class PostgresServerResource(string name, ParameterResource? userName, ParameterResource password)
    : ContainerResource(name), IResourceWithConnectionString
{
    internal const string DefaultUserName = "postgres";

    public EndpointReference PrimaryEndpoint => new(this, "tcp");

    public EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    public EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    public ParameterResource? UserNameParameter { get; } = userName;

    public ParameterResource PasswordParameter { get; internal set; } = password;

    public ReferenceExpression UserNameReference =>
        UserNameParameter is null ? ReferenceExpression.Create($"{DefaultUserName}") : ReferenceExpression.Create($"{UserNameParameter}");

    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"Host={Host};Port={Port};Username={UserNameReference};Password={PasswordParameter}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{Host}")),
        new("Port", ReferenceExpression.Create($"{Port}")),
        new("Username", UserNameReference),
        new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
        new("Uri", Uri("")),
        new("JdbcConnectionString", JdbcConnectionString("")),
    ];

    // One flat expression each: a manifest can only name an encoded value that stands directly in it.
    internal ReferenceExpression Uri(string path) =>
        ReferenceExpression.Create($"postgresql://{UserNameReference:uri}:{PasswordParameter:uri}@{Host}:{Port}{path}");

    internal ReferenceExpression JdbcConnectionString(string path) =>
        ReferenceExpression.Create($"jdbc:postgresql://{Host}:{Port}{path}");
}

public sealed class PostgresDatabaseResource(string name, string databaseName, PostgresServerResource parent)
    : Resource(name), IResourceWithParent<PostgresServerResource>, IResourceWithConnectionString
{
    public PostgresServerResource Parent { get; } = parent;

    public string DatabaseName { get; } = databaseName;

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent};Database={DatabaseName}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties()
    {
        foreach (var (key, value) in ((IResourceWithConnectionString)Parent).GetConnectionProperties())
        {
            yield return new(key, key switch
            {
                "Uri" => Parent.Uri($"/{DatabaseName}"),
                "JdbcConnectionString" => Parent.JdbcConnectionString($"/{DatabaseName}"),
                _ => value,
            });
        }

        yield return new("DatabaseName", ReferenceExpression.Create($"{DatabaseName}"));
    }
}

public sealed class RedisResource(string name, ParameterResource password) : ContainerResource(name), IResourceWithConnectionString
{
    public EndpointReference PrimaryEndpoint => new(this, "tcp");

    public ParameterResource PasswordParameter { get; internal set; } = password;

    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.HostAndPort)},password={PasswordParameter}{Tls}");

    private ReferenceExpression Tls => ReferenceExpression.CreateConditional(
        PrimaryEndpoint.Property(EndpointProperty.TlsEnabled),
        bool.TrueString,
        ReferenceExpression.Create($",ssl=true"),
        ReferenceExpression.Empty);

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties()
    {
        var host = PrimaryEndpoint.Property(EndpointProperty.Host);
        var port = PrimaryEndpoint.Property(EndpointProperty.Port);
        var scheme = PrimaryEndpoint.Property(EndpointProperty.Scheme);
        return
        [
            new("Host", ReferenceExpression.Create($"{host}")),
            new("Port", ReferenceExpression.Create($"{port}")),
            new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
            new("Uri", ReferenceExpression.Create($"{scheme}://:{PasswordParameter:uri}@{host}:{port}")),
        ];
    }
}

public sealed class ElasticsearchResource(string name, ParameterResource password) : ContainerResource(name), IResourceWithConnectionString
{
    public EndpointReference PrimaryEndpoint => new(this, "http");

    public ParameterResource PasswordParameter { get; } = password;

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"http://elastic:{PasswordParameter}@{PrimaryEndpoint.Property(EndpointProperty.Host)}:{PrimaryEndpoint.Property(EndpointProperty.Port)}");
}

using System.Security.Cryptography.X509Certificates;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Search.Elastic;
using BlogCreator.Api.Search.Embeddings;
using BlogCreator.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Search;

/// <summary>Search over published posts and over a person's own documents: the database's own index, and Elasticsearch where it is configured.</summary>
public static class SearchFeature
{
    public static IHostApplicationBuilder AddSearch(this IHostApplicationBuilder builder)
    {
        builder.AddSearchEngine();
        builder.Services.AddHostedService<FollowChanges>();
        builder.Services.AddReport<ReportOnSearch>().AddReport<ReportOnEmbeddings>();
        builder.Services.CountFromZero(ElasticClient.Errors, "reason", ElasticClient.Reasons);
        return builder;
    }

    /// <summary>What the service and the command <c>reindex</c> share.</summary>
    internal static IHostApplicationBuilder AddSearchEngine(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<SearchOptions>().BindConfiguration("Search")
            .Configure<IConfiguration>((search, configuration) => search.Connection = configuration.GetConnectionString("elasticsearch"))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<SearchOptions>, CheckSearchOptions>();
        services.AddOptions<EmbeddingsOptions>().BindConfiguration("Embeddings").ValidateOnStart();
        services.AddSingleton<IValidateOptions<EmbeddingsOptions>, CheckEmbeddingsOptions>();
        services.AddSingleton<Circuit>().AddSingleton<ElasticClient>().AddSingleton<WriteBulk>().AddSingleton<EmbedTexts>();
        services.AddScoped<KeepIndexes>().AddScoped<SendChanges>().AddScoped<FillIndex>().AddScoped<SearchEngine>();

        var elastic = services.AddHttpClient(ElasticClient.ClientName, http => http.Timeout = Timeout.InfiniteTimeSpan)
            // Its headers carry the password.
            .RemoveAllLoggers()
            .ConfigurePrimaryHttpMessageHandler(provider => Handler(provider.GetRequiredService<IOptions<SearchOptions>>().Value));
        services.AddTransient<LimitVectors>();
        var embeddings = services.AddHttpClient(EmbedTexts.ClientName)
            .RemoveAllLoggers()
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10), PooledConnectionLifetime = TimeSpan.FromMinutes(10) });
#pragma warning disable EXTEXP0001 // For evaluation only: it is the documented way to leave out the defaults, whose repetitions and time limits are not ours.
        elastic.RemoveAllResilienceHandlers();
        embeddings.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        embeddings.AddHttpMessageHandler<LimitVectors>();
        return builder;
    }

    public static void MapSearch(this IEndpointRouteBuilder api) =>
        api.MapGet("/search", SearchText.Handle).WithName(nameof(SearchText)).WithTags("Search");

    private static SocketsHttpHandler Handler(SearchOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            // Credentials go to the address that was set and to no other.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            AutomaticDecompression = System.Net.DecompressionMethods.None,
        };
        if (!string.IsNullOrWhiteSpace(options.CaFile))
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(options.CaFile);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        return handler;
    }
}

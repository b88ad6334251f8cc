using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BlogCreator.Api.Data;
using BlogCreator.Api.Search;
using BlogCreator.Api.Search.Elastic;
using BlogCreator.Api.Search.Embeddings;
using BlogCreator.Tests.Platform;
using BlogCreator.Tests.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.Search;

public sealed class SearchSettingsTests
{
    [Theory]
    [InlineData("ConnectionStrings__elasticsearch", "ConnectionStrings:elasticsearch", "swordfish:9200")]
    [InlineData("ConnectionStrings__elasticsearch", "ConnectionStrings:elasticsearch", "ftp://search/swordfish")]
    [InlineData("ConnectionStrings__elasticsearch", "ConnectionStrings:elasticsearch", "http://blog:sword#fish@search:9200")]
    [InlineData("ConnectionStrings__elasticsearch", "ConnectionStrings:elasticsearch", "http://swordfish@search:9200")]
    [InlineData("Search__ApiKey", "ConnectionStrings:elasticsearch", "http://blog:swordfish@search:9200", "Search:ApiKey", "a2V5")]
    [InlineData("Search__ApiKey", "Search:ApiKey", "swordfish")]
    [InlineData("Search__ApiKey", "ConnectionStrings:elasticsearch", "http://search:9200", "Search:ApiKey", "sword fish\r\nX: y")]
    [InlineData("Search__CaFile", "Search:CaFile", "/no/such/swordfish.pem")]
    [InlineData("Search__IndexPrefix", "Search:IndexPrefix", "Sword*fish")]
    [InlineData("Search__Budget", "Search:Budget", "00:10:00")]
    public void A_setting_that_cannot_be_used_is_refused_by_its_name(string named, params string[] settings)
    {
        using var host = Host(settings);
        var refused = Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IOptions<SearchOptions>>().Value);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("swordfish", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Embeddings__Model", "Embeddings:Endpoint", "http://models/v1")]
    [InlineData("Embeddings__Endpoint", "Embeddings:Endpoint", "models", "Embeddings:Model", "small")]
    [InlineData("Embeddings__MinSimilarity", "Embeddings:MinSimilarity", "7")]
    public void Half_a_setting_of_vectors_is_refused_by_its_name(string named, params string[] settings)
    {
        using var host = Host(settings);
        Assert.Contains(named, Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IOptions<EmbeddingsOptions>>().Value).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_an_own_authority_is_trusted_when_it_is_named_and_not_otherwise()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var root = authority.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(root, now.AddDays(-1), now.AddHours(12), [1, 2, 3]);
        using var withKey = issued.CopyWithPrivateKey(serverKey);
        using var certificate = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, root.ExportCertificatePem());
            await using var server = await Loopback.Start((context, _) => RecordedAnswer.Of("answers", "info-9").Write(context), certificate);
            using (var trusting = Host("ConnectionStrings:elasticsearch", server.Address.ToString(), "Search:CaFile", file))
            {
                Assert.Equal("9.0.0", await trusting.Services.GetRequiredService<ElasticClient>().Info(CancellationToken.None));
            }

            using var doubting = Host("ConnectionStrings:elasticsearch", server.Address.ToString());
            Assert.Equal(ElasticFailure.Unreachable, (await Assert.ThrowsAsync<ElasticException>(() => doubting.Services.GetRequiredService<ElasticClient>().Info(CancellationToken.None))).Failure);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task The_command_rebuilds_says_what_it_did_and_refuses_without_an_engine()
    {
        var folder = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;
        try
        {
            await using var elastic = await ElasticLookalike.Start();
            var settings = new Dictionary<string, string>
            {
                ["ConnectionStrings__blogdb"] = $"Data Source={Path.Combine(folder, "blogdb.db")}",
                ["ConnectionStrings__elasticsearch"] = elastic.Address.ToString(),
                ["Logging__LogLevel__Default"] = "None",
            };
            await using (var db = new SqliteBlogDb(new DbContextOptionsBuilder<SqliteBlogDb>().UseSqlite(settings["ConnectionStrings__blogdb"]).Options))
            {
                await db.Database.MigrateAsync();
            }

            for (var run = 1; run <= 2; run++)
            {
                var (exitCode, output) = await ApiProcess.Run(settings, "reindex");
                Assert.True(exitCode == 0, output);
                Assert.Contains($"Readers now ask blogcreator-posts-v1-00000{run}", output, StringComparison.Ordinal);
                Assert.Equal([$"blogcreator-passages-v1-00000{run}", $"blogcreator-posts-v1-00000{run}"], elastic.AllIndices());
            }

            settings.Remove("ConnectionStrings__elasticsearch");
            var (refused, said) = await ApiProcess.Run(settings, "reindex");
            Assert.Equal(2, refused);
            Assert.Contains("ConnectionStrings__elasticsearch is not set", said, StringComparison.Ordinal);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_page_says_when_search_is_simpler()
    {
        var site = new WebFixture();
        await using var _ = site;
        site.ApiSettings["ConnectionStrings:elasticsearch"] = "http://127.0.0.1:1";
        await site.InitializeAsync();
        using var owner = await site.Owner();
        Assert.Contains("Search is simpler than usual right now.", await owner.GetStringAsync("/search?q=harbour"), StringComparison.Ordinal);
        Assert.DoesNotContain("simpler", await owner.GetStringAsync("/search"), StringComparison.Ordinal);
    }

    private static IHost Host(params string[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.Chunk(2).Select(pair => KeyValuePair.Create<string, string?>(pair[0], pair[1])));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddSearchEngine();
        return builder.Build();
    }
}

using BlogCreator.LocalHosting;

namespace BlogCreator.Tests.AppHost.LocalEngine;

public sealed class SecretsTests
{
    [Theory]
    [InlineData("LanguageModel__ApiKey", "abc", "••••••")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "x-api=1", "••••••")]
    [InlineData("ConnectionStrings__blogdb", "Host=db;Password=s/3;Database=posts", "Host=db;Password=••••••;Database=posts")]
    [InlineData("ConnectionStrings__blogdb", "Host=db;password='a;b';Database=posts", "Host=db;password=••••••;Database=posts")]
    [InlineData("ConnectionStrings__redis", "cache:6380,password=p@s,ssl=true", "cache:6380,password=••••••,ssl=true")]
    [InlineData("BLOGDB_URI", "postgresql://blog:s%2F3@db:5432/posts", "postgresql://blog:••••••@db:5432/posts")]
    [InlineData("ASPNETCORE_URLS", "http://localhost:8080", "http://localhost:8080")]
    public void What_is_shown_of_a_setting(string name, string value, string shown) =>
        Assert.Equal(shown, new Secrets().Shown(name, value, isSecret: false));

    [Fact]
    public void What_was_learnt_once_is_masked_in_every_spelling()
    {
        var secrets = new Secrets();
        secrets.LearnFrom("Host=db;Password=grüne/Wiese+7;Database=posts");
        Assert.Equal(
            """a •••••• b •••••• c "••••••" d""",
            secrets.Redacted("""a grüne/Wiese+7 b gr%C3%BCne%2FWiese%2B7 c "gr\u00FCne/Wiese\u002B7" d"""));
    }
}

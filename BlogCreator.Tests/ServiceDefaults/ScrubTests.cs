using System.Text;
using BlogCreator.ServiceDefaults;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class ScrubTests
{
    private const string Secret = "s3cr3t-Zq9";

    [Theory]
    [InlineData("Authorization: Bearer s3cr3t-Zq9")]
    [InlineData("authorization=\"Basic s3cr3t-Zq9=\"")]
    [InlineData("sent Bearer s3cr3t-Zq9 and got 401")]
    [InlineData("Cookie: a=1; __Host-blogcreator=s3cr3t-Zq9; b=s3cr3t-Zq9")]
    [InlineData("Set-Cookie: x=s3cr3t-Zq9; path=/; httponly")]
    [InlineData("{\"password\":\"s3cr3t-Zq9\"}")]
    [InlineData("{\"password\": \"half \\\" s3cr3t-Zq9\"}")]
    [InlineData("{\\\"newPassword\\\":\\\"s3cr3t-Zq9\\\"}")]
    [InlineData("Host=db;Username=blog;Password=s3cr3t-Zq9;Pooling=true")]
    [InlineData("Server=db;pwd='s3cr3t-Zq9 with more'")]
    [InlineData("redis:6379,password=s3cr3t-Zq9,ssl=true")]
    [InlineData("GET /setup?token=s3cr3t-Zq9&x=1")]
    [InlineData("https://maps.example/api?key=s3cr3t-Zq9")]
    [InlineData("x-api-key: s3cr3t-Zq9")]
    [InlineData("LanguageModel__ApiKey=s3cr3t-Zq9")]
    [InlineData("client_secret=s3cr3t-Zq9")]
    [InlineData("https://ada:s3cr3t-Zq9@elastic.example:9200/")]
    [InlineData("key bc_live_0123456789abcdef0123456789abcdef_s3cr3t-Zq9 was refused")]
    [InlineData("sk-ant-api03-s3cr3t-Zq9-abcdefgh")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzM2NyM3QifQ.s3cr3t-Zq9")]
    [InlineData("user s3cr3t-Zq9@example.org is unknown")]
    [InlineData("user s3cr3t-Zq9+tag@mail.übung.example is unknown")]
    public void A_secret_is_taken_out_and_what_is_around_it_stays(string text)
    {
        Assert.Contains(Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, Scrub.Text(text), StringComparison.Ordinal);
        Assert.Contains(Scrub.Removed, Scrub.Text(text), StringComparison.Ordinal);
        Assert.EndsWith(" end", Scrub.Text(text + "\nthe end"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Finished documents.read of 0198c0a1-1111-7000-8000-000000000000")]
    [InlineData("   at BlogCreator.Api.Accounts.CreateKey.Handle(CreateKeyRequest request, CancellationToken cancel) in /src/CreateKey.cs:line 12")]
    [InlineData("Microsoft.EntityFrameworkCore.DbUpdateException: An error occurred while saving the entity changes.")]
    [InlineData("Applied migration 20261123062750_Initial at http://api:8080/api/v1/posts?limit=5")]
    [InlineData("The key {0198c0a1-1111-7000-8000-000000000000} was not found in the key ring")]
    public void Other_text_is_left_alone(string text) => Assert.Equal(text, Scrub.Text(text));

    [Theory]
    [InlineData("password", "x", true)]
    [InlineData("X-Api-Key", "x", true)]
    [InlineData("surrogateKey", "x", true)]
    [InlineData("Email", "x", true)]
    [InlineData("OutputTokens", 12, false)]
    [InlineData("HasPassword", true, false)]
    [InlineData("Keyboard", "x", false)]
    [InlineData("Kind", "x", false)]
    public void A_value_is_judged_by_its_name(string name, object value, bool secret) => Assert.Equal(secret, Scrub.IsSecret(name, value));

    /// <summary>Counted in the text that is made, not in time: a pattern that looks again from every start would not end.</summary>
    [Fact]
    public void Hostile_text_is_read_once()
    {
        foreach (var piece in (string[])["password=", "a@", "a.a@a.", "\"password\":\"\\", "cookie", "eyJ", "x://", "bearer ", "&key=", "token-"])
        {
            var text = new StringBuilder().Insert(0, piece, 200_000 / piece.Length).ToString();
            Assert.InRange(Scrub.Text(text).Length, 1, 2 * text.Length);
        }
    }
}

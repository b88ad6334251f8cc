using System.Net;

namespace BlogCreator.Tests.Web;

/// <summary>Large files that Api does not take, sent through Web: its answer has to arrive, not a broken connection.</summary>
public sealed class UploadTests(WebFixture site) : IClassFixture<WebFixture>
{
    private const int Large = 40_000_000;

    [Fact]
    public async Task A_large_file_of_a_kind_that_is_not_read_is_refused_as_that()
    {
        using var owner = await site.Owner();
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await Upload(owner, "film.mp4"));
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_told_so_however_large_the_file()
    {
        using var nobody = site.Browser();
        nobody.DefaultRequestHeaders.ExpectContinue = true;
        Assert.Equal(HttpStatusCode.Unauthorized, await Upload(nobody, "report.txt"));
    }

    private static async Task<HttpStatusCode> Upload(HttpClient client, string name)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[Large]), "file", name } };
        using var answer = await client.PostAsync("/api/v1/documents/upload", form, TestContext.Current.CancellationToken);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return answer.StatusCode;
    }
}

using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Writing;

public abstract class SamplesTests(ApiFixture api)
{
    [Fact]
    public async Task Asked_for_twice_the_samples_are_there_once_and_every_statement_of_their_post_is_supported()
    {
        using var author = await api.SignInAs("ada");
        var both = await Task.WhenAll(Ask(), Ask());
        Assert.Equal(both[0].GenerationId, both[1].GenerationId);
        var documents = (await author.GetFromJsonAsync<Page<DocumentDetails>>("/api/v1/documents", BlogApi.Json))!.Items;
        Assert.Equal(both[0].DocumentIds.Order(), documents.Select(document => document.Id).Order());

        var generation = await Eventually.Gives(
            async () => (await author.GetFromJsonAsync<GenerationDetails>($"/api/v1/generations/{both[0].GenerationId}", BlogApi.Json))!,
            found => found.FinishedAt is not null);
        Assert.Equal(GenerationStatus.Completed, generation.Status);
        var post = (await author.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{generation.PostId}", BlogApi.Json))!;
        Assert.True(post.Check.Checked >= 8, post.Markdown);
        Assert.Equal(post.Check.Checked, post.Check.Supported);
        Assert.Equal(generation.PostId, (await Ask()).PostId);

        // Whoever deletes the sample post and asks again wants it again.
        await author.DeleteAsync($"/api/v1/posts/{generation.PostId}");
        Assert.NotEqual(generation.Id, (await Ask()).GenerationId);

        async Task<SamplesDetails> Ask()
        {
            using var answer = await author.PostAsync("/api/v1/samples", null);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            return (await answer.Content.ReadFromJsonAsync<SamplesDetails>(BlogApi.Json))!;
        }
    }
}

public sealed class SamplesOnSqlite(ApiFixture api) : SamplesTests(api), IClassFixture<ApiFixture>;

public sealed class SamplesOnPostgres(PostgresApiFixture api) : SamplesTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;

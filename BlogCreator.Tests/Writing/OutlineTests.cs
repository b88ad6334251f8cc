using System.Net;
using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Writing;

/// <summary>Looking at the outline first, and writing one section anew: with a model and without.</summary>
public sealed class OutlineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("good")]
    [InlineData(null)]
    public async Task An_outline_is_waited_for_and_followed(string? model)
    {
        await using var app = await Start(model);
        var document = await app.Upload("harbour.md", MainJob.SampleDocuments.Harbour);
        var begun = await app.Begin(document, reviewOutline: true);
        var waiting = await app.Until(begun.Id, found => found.WaitingFor is not null);
        Assert.Equal((GenerationStatus.Running, "outline"), (waiting.Status, waiting.WaitingFor));
        var planned = waiting.Outline!.Sections;
        Assert.True(planned.Count >= 2);
        Assert.Equal(Enumerable.Range(0, planned.Count), planned.Select(section => section.Source!.Value));

        using var empty = await Edit(new EditOutlineRequest("Harbour", []));
        Assert.Equal("bad-sections", (await ApiFixture.Problem(empty)).More!["code"].GetString());
        using var twice = await Edit(new EditOutlineRequest("Harbour", [new("A", 0), new("B", 0)]));
        Assert.Equal("unknown-section", (await ApiFixture.Problem(twice)).More!["code"].GetString());

        using var edited = await Edit(new EditOutlineRequest("A harbour and its seals", [new("Last things first", planned.Count - 1), new("Seals on the rocks", null), new("Submarines", null), new("How it began", 0)]));
        Assert.Equal(HttpStatusCode.Accepted, edited.StatusCode);
        using var late = await Edit(new EditOutlineRequest("Too late", [new("A", 0)]));
        Assert.Equal((HttpStatusCode.Conflict, "not-waiting"), (late.StatusCode, (await ApiFixture.Problem(late)).More!["code"].GetString()));

        var over = await app.UntilOver(begun.Id);
        Assert.Equal((GenerationStatus.Completed, null), (over.Status, over.WaitingFor));
        var post = await app.Post(over.PostId!.Value);
        Assert.Equal("A harbour and its seals", post.Title);
        var headings = post.Markdown.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..]).Except(["Key points", "Sources"]).ToList();
        Assert.Equal(headings.Order(Comparer<string>.Create((one, other) => Order(one) - Order(other))), headings);
        Assert.DoesNotContain("Submarines", headings);
        Assert.Contains("Last things first", headings);
        Assert.Contains(await app.Notices(begun.Id), notice => notice.Contains("“Submarines”", StringComparison.Ordinal));
        Assert.All(post.Claims, claim => Assert.True(claim.Verdict is Verdict.Supported or Verdict.NotNeeded, claim.Sentence));

        Task<HttpResponseMessage> Edit(EditOutlineRequest outline) => app.Author.PutAsJsonAsync($"/api/v1/generations/{begun.Id}/outline", outline, BlogApi.Json, Cancel);
        static int Order(string heading) => heading switch { "Last things first" => 0, "Seals on the rocks" => 1, "How it began" => 2, _ => 9 };
    }

    [Fact]
    public async Task A_generation_that_waits_can_be_called_off_and_taken_up_again()
    {
        await using var app = await Start(null);
        var begun = await app.Begin(await app.Upload("harbour.md", MainJob.SampleDocuments.Harbour), reviewOutline: true);
        await app.Until(begun.Id, found => found.WaitingFor is not null);
        using var stopped = await app.Author.PostAsync($"/api/v1/generations/{begun.Id}/cancel", null, Cancel);
        var over = await app.UntilOver(begun.Id);
        Assert.Equal((GenerationStatus.Cancelled, null), (over.Status, over.WaitingFor));
        Assert.Single(await app.Events(begun.Id), told => told.Type == "cancelled");

        using var resumed = await app.Author.PostAsync($"/api/v1/generations/{begun.Id}/resume", null, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, resumed.StatusCode);
        Assert.Equal("outline", (await app.Until(begun.Id, found => found.WaitingFor is not null)).WaitingFor);
    }

    [Theory]
    [InlineData("good")]
    [InlineData(null)]
    public async Task A_section_is_proposed_anew_with_marks_that_the_post_knows(string? model)
    {
        await using var app = await Start(model);
        var (_, post) = await app.Write();
        var sections = post.Markdown.Split("\n## ").Length;
        using var stale = await Ask(post.Version + 1, 2);
        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
        using var beyond = await Ask(post.Version, sections);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "no-such-section"), (beyond.StatusCode, (await ApiFixture.Problem(beyond)).More!["code"].GetString()));

        using var asked = await Ask(post.Version, 2);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var rewrite = (await asked.Content.ReadFromJsonAsync<GenerationDetails>(BlogApi.Json, Cancel))!;
        Assert.Equal(new RewriteDetails(post.Id, post.Version, 2), rewrite.Rewrite);
        var over = await app.UntilOver(rewrite.Id);
        Assert.Equal((GenerationStatus.Completed, null), (over.Status, over.Error));
        Assert.Equal(2, over.Proposal!.Section);
        Assert.StartsWith("## " + post.Markdown.Split("\n## ")[2].Split('\n')[0], over.Proposal.Markdown, StringComparison.Ordinal);
        Assert.DoesNotContain("## Sources", over.Proposal.Markdown, StringComparison.Ordinal);

        // Nothing of the post is changed; put in, the proposal is checked like any text and its marks are known.
        var same = await app.Post(post.Id);
        Assert.Equal((post.Version, post.Markdown), (same.Version, same.Markdown));
        using var preview = await app.Author.PostAsJsonAsync($"/api/v1/posts/{post.Id}/preview", new PreviewRequest(over.Proposal.Markdown), BlogApi.Json, Cancel);
        var claims = (await preview.Content.ReadFromJsonAsync<PreviewDetails>(BlogApi.Json, Cancel))!.Claims;
        Assert.NotEmpty(claims);
        Assert.All(claims, claim => Assert.True(claim.Verdict is Verdict.Supported or Verdict.NotNeeded, $"{claim.Sentence} {claim.Note}"));

        Task<HttpResponseMessage> Ask(int version, int section) => app.Author.PostAsJsonAsync($"/api/v1/posts/{post.Id}/rewrites", new RewriteRequest(version, section, null), BlogApi.Json, Cancel);
    }

    [Fact]
    public async Task A_post_without_documents_has_nothing_to_be_written_from()
    {
        await using var app = await Start(null);
        var (_, post) = await app.Write();
        foreach (var document in (await app.Author.GetFromJsonAsync<Page<DocumentDetails>>("/api/v1/documents", BlogApi.Json, Cancel))!.Items)
        {
            using var gone = await app.Author.DeleteAsync($"/api/v1/documents/{document.Id}", Cancel);
        }

        using var asked = await app.Author.PostAsJsonAsync($"/api/v1/posts/{post.Id}/rewrites", new RewriteRequest(post.Version, 1, null), BlogApi.Json, Cancel);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "no-usable-documents"), (asked.StatusCode, (await ApiFixture.Problem(asked)).More!["code"].GetString()));
    }

    private static Task<ModelApi> Start(string? model) => model is null ? ModelApi.StartWithout() : ModelApi.Start(model);
}

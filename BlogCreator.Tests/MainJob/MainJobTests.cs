using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Aspire.Hosting.Testing;
using BlogCreator.Contracts;
using BlogCreator.Tests.AppHost;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.MainJob;

/// <summary>From a document to a checked post on the blog, over HTTP, with every process running.</summary>
[Collection(WholeApps.Name)]
public sealed partial class MainJobTests
{
    [Fact]
    public async Task A_document_becomes_a_checked_post_on_the_blog()
    {
        await using var app = await RunningApp.Start();
        var welcome = await app.Client.GetStringAsync("/");
        Assert.Contains("Blog Creator", welcome, StringComparison.Ordinal);
        await app.SetUp();

        var pdf = await app.Upload("harbour.pdf", SampleDocuments.Pdf(SampleDocuments.Harbour));
        Assert.Equal("pdf", pdf.FileType);
        var generation = await app.Generate("The harbour of Brenholt", pdf.Id);
        var ended = await app.WaitUntilOver(generation.Id);
        Assert.Equal((GenerationStatus.Completed, null), (ended.Status, ended.Error));
        Assert.All(ended.Steps, step => Assert.Equal(StepStatus.Done, step.Status));

        var post = (await app.Client.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{ended.PostId}", BlogApi.Json))!;
        Assert.NotEmpty(post.Title);
        Assert.True(post.Check.Checked >= 5, post.Markdown);
        Assert.Equal(post.Check.Checked, post.Check.Supported);
        Assert.All(post.Claims.Where(claim => claim.Verdict != Verdict.NotNeeded), claim =>
        {
            var evidence = Assert.Single(claim.Evidence.DistinctBy(evidence => evidence.Quote).Take(1));
            Assert.Equal(evidence.Quote, evidence.Passage[evidence.Start..evidence.End]);
            Assert.Equal("harbour.pdf", evidence.DocumentName);
            Assert.True(evidence.Page >= 1);
        });
        Assert.Contains("> ", post.Markdown, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Client.GetAsync($"/posts/{post.Slug}")).StatusCode);

        using var published = await app.Client.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, null), BlogApi.Json);
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);

        using var reader = app.App.CreateHttpClient("web");
        var page = await reader.GetStringAsync($"/posts/{post.Slug}");
        Assert.Contains("<article", page, StringComparison.Ordinal);
        Assert.Contains($"/posts/{post.Slug}/evidence#s", page, StringComparison.Ordinal);
        Assert.Contains("harbour.pdf, page", page, StringComparison.Ordinal);
        Assert.Contains(post.Slug, await reader.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Contains("harbour.pdf", await reader.GetStringAsync($"/posts/{post.Slug}/evidence"), StringComparison.Ordinal);
        var evidence = (await reader.GetFromJsonAsync<PublicEvidence>($"/posts/{post.Slug}/evidence.json", BlogApi.Json))!;
        Assert.Equal(post.Claims.Count, evidence.Claims.Count);
        XNamespace atom = "http://www.w3.org/2005/Atom";
        var feed = XDocument.Parse(await reader.GetStringAsync("/feed.xml"));
        Assert.Equal(post.Title, feed.Root!.Element(atom + "entry")!.Element(atom + "title")!.Value);
        XNamespace map = "http://www.sitemaps.org/schemas/sitemap/0.9";
        var maps = XDocument.Parse(await reader.GetStringAsync("/sitemap.xml")).Descendants(map + "loc").Select(location => new Uri(location.Value).AbsolutePath);
        Assert.Contains(post.Slug, await reader.GetStringAsync(maps.First(path => path.Contains("posts", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_service_finishes_the_generation_once()
    {
        await using var app = await RunningApp.Start();
        await app.SetUp();
        var documents = new List<Guid>();
        for (var number = 1; number <= 4; number++)
        {
            documents.Add((await app.Upload($"report-{number}.md", SampleDocuments.LongMarkdown(number, 120))).Id);
        }

        var generation = await app.Generate("Tides at the measuring stations", documents);
        // In the middle: it runs, and it has not ended.
        await Eventually.Gives(
            async () => (await app.Client.GetFromJsonAsync<GenerationDetails>($"/api/v1/generations/{generation.Id}", BlogApi.Json))!,
            found => found.Status == GenerationStatus.Running && found.Steps[1].Status != StepStatus.Waiting);
        var before = app.App.GetProcessId("api");
        using (var service = Process.GetProcessById(before))
        {
            service.Kill();
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await app.App.WaitForRestartAsync("api", before, patience.Token);
        var ended = await app.WaitUntilOver(generation.Id);
        Assert.Equal((GenerationStatus.Completed, null), (ended.Status, ended.Error));
        Assert.True(ended.FinishedAt is not null);
        var posts = (await app.Client.GetFromJsonAsync<Page<PostSummary>>("/api/v1/posts", BlogApi.Json))!;
        Assert.Equal(ended.PostId, Assert.Single(posts.Items).Id);

        var events = await Events(app.Client, generation.Id, lastEventId: null);
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(happened => happened.Number));
        Assert.Single(events, happened => happened.Type == "completed");
        Assert.Equal(events.Where(happened => happened.Type == "section").Select(happened => happened.Data.GetProperty("index").GetInt32()).Distinct().Count(), events.Count(happened => happened.Type == "section"));
        Assert.Equal("completed", events[^1].Type);
    }

    [Fact]
    public async Task Progress_is_replayed_from_any_event_on_over_both_protocols()
    {
        await using var app = await RunningApp.Start();
        await app.SetUp();
        var document = await app.Upload("harbour.md", Encoding.UTF8.GetBytes(SampleDocuments.Harbour));
        var generation = await app.Generate(null, document.Id);
        var live = await Events(app.Client, generation.Id, lastEventId: null);
        Assert.Equal("status", live[0].Type);
        Assert.Equal("completed", live[^1].Type);
        Assert.Contains(live, happened => happened.Type == "outline");
        Assert.Contains(live, happened => happened.Type == "verdict");

        var resumed = await Events(app.Client, generation.Id, lastEventId: 3);
        Assert.Equal(live.Skip(3).Select(happened => happened.Number), resumed.Select(happened => happened.Number));

        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", app.Client.DefaultRequestHeaders.Authorization!.ToString());
        var address = new UriBuilder(app.Client.BaseAddress!) { Scheme = "ws", Path = $"/ws/generations/{generation.Id}", Query = "after=2" }.Uri;
        await socket.ConnectAsync(address, CancellationToken.None);
        var numbers = new List<int>();
        var buffer = new byte[256 * 1024];
        var filled = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(filled), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                break;
            }

            filled += part.Count;
            if (part.EndOfMessage)
            {
                numbers.Add(JsonSerializer.Deserialize<GenerationEventDetails>(buffer.AsSpan(0, filled), BlogApi.Json)!.Number);
                filled = 0;
            }
        }

        Assert.Equal(live.Skip(2).Select(happened => happened.Number), numbers);
    }

    private static async Task<List<GenerationEventDetails>> Events(HttpClient client, Guid generation, int? lastEventId)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/generations/{generation}/events");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", $"{lastEventId}");
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var text = await answer.Content.ReadAsStringAsync(patience.Token);
        return [.. DataLine().Matches(text).Select(line => line.Groups["json"].Value).Where(json => json != "null").Select(json => JsonSerializer.Deserialize<GenerationEventDetails>(json, BlogApi.Json)!)];
    }

    [GeneratedRegex("^data: (?<json>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DataLine();
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BlogCreator.Api.Search;
using BlogCreator.Api.Search.Elastic;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace BlogCreator.Tests.Search;

/// <summary>
/// What we send and what we make of the answers, in the shapes of the published REST API of 8.x and 9.x. No Elasticsearch can be
/// installed where these tests run: see docs/search.md for what was never run against one.
/// </summary>
public sealed class ElasticClientTests
{
    private static readonly Guid[] Ids = [.. Enumerable.Range(1, 5).Select(n => new Guid($"00000000-0000-0000-0000-00000000000{n}"))];

    public static TheoryData<int> Errors => [.. Enumerable.Range(0, RecordedAnswer.All("errors").Count)];

    [Fact]
    public async Task A_message_of_changes_is_lines_and_each_ends_in_a_break()
    {
        await using var server = await Loopback.Start((context, _) => RecordedAnswer.Of("bulk", "partial-8").Write(context));
        using var host = Host(server);
        await host.Services.GetRequiredService<WriteBulk>().Send(Items(5), CancellationToken.None);

        var sent = Assert.Single(server.Received);
        Assert.Equal(("POST", "/_bulk?require_alias=true", "application/x-ndjson"), (sent.Method, sent.Target, sent.ContentType));
        Assert.EndsWith("}\n", sent.Body, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', sent.Body);
        var lines = sent.Body.Split('\n')[..^1];
        Assert.Equal(10, lines.Length);
        Assert.Equal("""{"index":{"_index":"blogcreator-posts-write-000001","_id":"00000000-0000-0000-0000-000000000001","version":8,"version_type":"external_gte"}}""", lines[0]);
        Assert.Equal("A line\nand another", JsonNode.Parse(lines[1])!["text"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("partial-8")]
    [InlineData("partial-9")]
    public async Task Each_item_of_an_answer_is_judged_by_itself(string recorded)
    {
        await using var server = await Loopback.Start((context, _) => RecordedAnswer.Of("bulk", recorded).Write(context));
        using var host = Host(server);
        var results = await host.Services.GetRequiredService<WriteBulk>().Send(Items(5), CancellationToken.None);
        Assert.Equal([BulkOutcome.Stored, BulkOutcome.Stored, BulkOutcome.Later, BulkOutcome.Rejected, BulkOutcome.Gone], results.Select(result => result.Outcome));
        Assert.Contains("failed to parse field [version]", results[3].Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret recipe", results[3].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Large_messages_are_split_by_size_and_again_when_the_server_finds_them_too_large()
    {
        await using var server = await Loopback.Start(async (context, received) =>
        {
            if (received.Body.Length > 9_000)
            {
                context.Response.StatusCode = 413;
                return;
            }

            await context.Response.WriteAsJsonAsync(new
            {
                took = 1,
                errors = false,
                items = received.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where((_, line) => line % 2 == 0)
                    .Select(line => new { index = new { _id = JsonNode.Parse(line)!["index"]!["_id"]!.GetValue<string>(), status = 201 } }),
            });
        });
        using var host = Host(server, ("Search:BulkBytes", "30000"));
        var items = Enumerable.Range(0, 12).Select(n => Item(Guid.NewGuid(), new string('x', n == 7 ? 9_500 : 4_000))).ToList();
        var results = await host.Services.GetRequiredService<WriteBulk>().Send(items, CancellationToken.None);
        Assert.Equal(items.Select(item => item.Id), results.Select(result => result.Item.Id));
        Assert.Equal([7], results.Select((result, n) => (result, n)).Where(found => found.result.Outcome is BulkOutcome.Rejected).Select(found => found.n));
        Assert.All(server.Received, received => Assert.True(received.Body.Length < 34_000));
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task An_error_is_what_its_status_and_type_say(int number)
    {
        var recorded = RecordedAnswer.All("errors")[number];
        await using var server = await Loopback.Start((context, _) => recorded.Write(context));
        using var host = Host(server);
        var failure = await Assert.ThrowsAsync<ElasticException>(() => Search(host));
        Assert.Equal(recorded.Name, failure.Failure.ToString());
        Assert.Equal((string?)recorded.Body?["error"]?["type"], failure.Type);
        Assert.Equal(recorded.Headers?.ContainsKey("Retry-After") == true ? TimeSpan.FromSeconds(7) : null, failure.RetryAfter);
        Assert.DoesNotContain("swordfish", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cut", "Unreachable")]
    [InlineData("hang", "Slow")]
    [InlineData("trickle", "Slow")]
    [InlineData("huge", "Strange")]
    [InlineData("half", "Strange")]
    [InlineData("other", "Strange")]
    [InlineData("late", "Slow")]
    [InlineData("shards", "Busy")]
    public async Task An_answer_that_is_none_is_a_failure_and_never_an_empty_list(string how, string expected)
    {
        using var end = new CancellationTokenSource();
        await using var server = await Loopback.Start(async (context, _) =>
        {
            context.Response.ContentType = "application/json";
            switch (how)
            {
                case "cut":
                    context.Response.ContentLength = 1000;
                    await context.Response.WriteAsync("""{"took":5,"hits":{"hits":[""");
                    await context.Response.Body.FlushAsync();
                    context.Abort();
                    break;
                case "hang":
                    await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    break;
                case "trickle":
                    while (!end.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
                    {
                        await context.Response.WriteAsync(" ");
                        await context.Response.Body.FlushAsync();
                        await Task.Delay(20, CancellationToken.None);
                    }

                    break;
                case "huge":
                    var some = new byte[1 << 20];
                    Array.Fill(some, (byte)' ');
                    for (var n = 0; n < 20 && !context.RequestAborted.IsCancellationRequested; n++)
                    {
                        await context.Response.Body.WriteAsync(some);
                    }

                    break;
                case "half":
                    await context.Response.WriteAsync("""{"took":5,"hits":{"hits":[""");
                    break;
                case "other":
                    await context.Response.WriteAsync("""{"hits":[1,2],"_shards":7}""");
                    break;
                case "late":
                    await context.Response.WriteAsync("""{"took":1500,"timed_out":true,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"hits":{"hits":[]}}""");
                    break;
                default:
                    await context.Response.WriteAsync("""{"took":5,"timed_out":false,"_shards":{"total":2,"successful":1,"skipped":0,"failed":1},"hits":{"hits":[]}}""");
                    break;
            }
        });
        using var host = Host(server, ("Search:Budget", how is "hang" or "trickle" ? "00:00:00.3" : "00:00:20"));
        var failure = await Assert.ThrowsAsync<ElasticException>(() => Search(host));
        await end.CancelAsync();
        Assert.Equal(expected, failure.Failure.ToString());
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_unreachable()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var address = $"http://{free.LocalEndpoint}";
        free.Stop();
        using var host = Host(address);
        Assert.Equal(ElasticFailure.Unreachable, (await Assert.ThrowsAsync<ElasticException>(() => Search(host))).Failure);
    }

    [Theory]
    [InlineData("search-8")]
    [InlineData("search-9")]
    public async Task A_search_is_read_in_order(string recorded)
    {
        await using var server = await Loopback.Start((context, _) => RecordedAnswer.Of("answers", recorded).Write(context));
        using var host = Host(server);
        Assert.Equal([Ids[0].ToString(), Ids[1].ToString()], (await Search(host)).Select(hit => hit.Field("_id").Text()));
        Assert.Equal("/blogcreator-posts/_search?allow_partial_search_results=false", Assert.Single(server.Received).Target);
    }

    [Theory]
    [InlineData("info-8", "8.12.1")]
    [InlineData("info-9", "9.0.0")]
    public async Task Both_major_versions_say_who_they_are(string recorded, string version)
    {
        await using var server = await Loopback.Start((context, _) => RecordedAnswer.Of("answers", recorded).Write(context));
        using var host = Host(server);
        Assert.Equal(version, await Client(host).Info(CancellationToken.None));
    }

    [Fact]
    public async Task An_older_server_is_refused()
    {
        await using var server = await Loopback.Start((context, _) => context.Response.WriteAsJsonAsync(new { version = new { number = "7.17.28" } }));
        using var host = Host(server);
        Assert.Contains("8 or later", (await Assert.ThrowsAsync<ElasticException>(() => Client(host).Info(CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Administration_that_does_the_same_twice_is_repeated_and_a_message_of_changes_is_not()
    {
        var answers = 0;
        await using var server = await Loopback.Start((context, _) => Interlocked.Increment(ref answers) == 1
            ? RecordedAnswer.All("errors").First(error => error.Status == 503).Write(context)
            : RecordedAnswer.Of("answers", "acknowledged").Write(context));
        using var host = Host(server);
        var shape = new IndexShape("blogcreator", null);
        await Client(host).PutTemplate(shape.TemplateName("post"), shape.Template("post"), CancellationToken.None);
        Assert.Equal(2, server.Received.Count);

        answers = 0;
        await Assert.ThrowsAsync<ElasticException>(() => host.Services.GetRequiredService<WriteBulk>().Send(Items(1), CancellationToken.None));
        Assert.Equal(3, server.Received.Count);
    }

    [Fact]
    public async Task An_index_that_is_there_an_alias_that_is_not_and_an_index_that_is_gone_are_no_errors()
    {
        await using var server = await Loopback.Start((context, received) => received.Method switch
        {
            "PUT" => RecordedAnswer.Of("answers", "exists").Write(context),
            "GET" => RecordedAnswer.Of("answers", received.Target.EndsWith("-write", StringComparison.Ordinal) ? "alias" : "alias-missing").Write(context),
            _ => RecordedAnswer.All("errors").Single(error => error.Name == "Missing").Write(context),
        });
        using var host = Host(server);
        await Client(host).CreateIndex("blogcreator-posts-v1-000001", [], CancellationToken.None);
        await Client(host).DeleteIndex("blogcreator-posts-v1-000001", CancellationToken.None);
        Assert.Empty(await Client(host).Holders("blogcreator-posts", CancellationToken.None));
        Assert.Equal(["blogcreator-posts-v1-000001"], await Client(host).Holders("blogcreator-posts-write", CancellationToken.None));
    }

    [Theory]
    [InlineData("blogcreator-*")]
    [InlineData("_all")]
    [InlineData("blogcreator-posts,other")]
    [InlineData("other-posts")]
    public async Task Nothing_but_one_of_our_own_indices_is_ever_deleted(string name)
    {
        await using var server = await Loopback.Start((_, _) => Task.CompletedTask);
        using var host = Host(server);
        await Assert.ThrowsAsync<ArgumentException>(() => Client(host).DeleteIndex(name, CancellationToken.None));
        Assert.Empty(server.Received);
    }

    [Fact]
    public async Task A_server_that_fails_is_left_alone_and_asked_again_by_one_call()
    {
        var clock = new FakeTimeProvider();
        var well = false;
        await using var server = await Loopback.Start((context, _) => well ? RecordedAnswer.Of("answers", "search-8").Write(context) : RecordedAnswer.All("errors").First(error => error.Status == 503).Write(context));
        using var host = Host(server.Address.ToString(), clock);
        for (var n = 0; n < 3; n++)
        {
            Assert.Equal(ElasticFailure.Busy, (await Assert.ThrowsAsync<ElasticException>(() => Search(host))).Failure);
        }

        Assert.Equal(ElasticFailure.Resting, (await Assert.ThrowsAsync<ElasticException>(() => Search(host))).Failure);
        Assert.Equal(3, server.Received.Count);

        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(ElasticFailure.Busy, (await Assert.ThrowsAsync<ElasticException>(() => Search(host))).Failure);
        Assert.Equal(ElasticFailure.Resting, (await Assert.ThrowsAsync<ElasticException>(() => Search(host))).Failure);
        Assert.Equal(4, server.Received.Count);

        well = true;
        clock.Advance(TimeSpan.FromSeconds(40));
        Assert.NotEmpty(await Search(host));
        Assert.NotEmpty(await Search(host));
    }

    [Fact]
    public async Task The_password_goes_into_a_header_and_into_no_address()
    {
        await using var server = await Loopback.Start((context, _) => RecordedAnswer.Of("answers", "search-8").Write(context));
        using (var host = Host(server.Address.ToString().Replace("http://", "http://blog:sword%2Ffish%3A@", StringComparison.Ordinal)))
        {
            await Search(host);
        }

        using (var host = Host(server.Address.ToString(), null, ("Search:ApiKey", "VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==")))
        {
            await Search(host);
        }

        Assert.Equal(["Basic " + Convert.ToBase64String("blog:sword/fish:"u8), "ApiKey VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw=="], server.Received.Select(received => received.Authorization));
    }

    [Fact]
    public void An_index_has_no_field_that_was_not_thought_of_and_each_version_its_own_name()
    {
        var shape = new IndexShape("blogcreator", new VectorShape("0a1b2c3d", 384));
        foreach (var kind in IndexKinds.All)
        {
            var template = shape.Template(kind);
            Assert.Equal($"blogcreator-{kind}s-v1-*", template["index_patterns"]![0]!.GetValue<string>());
            Assert.Equal("strict", template["template"]!["mappings"]!["dynamic"]!.GetValue<string>());
            Assert.Equal("text", template["template"]!["mappings"]!["properties"]!["text"]!["type"]!.GetValue<string>());
            Assert.StartsWith($"blogcreator-{kind}s-v1-", shape.Index(kind, 1, 7), StringComparison.Ordinal);
            // An alias under the pattern would be taken for an index by whoever creates it by mistake.
            Assert.DoesNotContain("-v1-", shape.Writers(kind, 7), StringComparison.Ordinal);
            var creation = shape.Creation(kind, 7);
            Assert.Equal("""{"type":"dense_vector","dims":384,"index":true,"similarity":"cosine"}""", creation["mappings"]!["properties"]!["vector_0a1b2c3d"]!.ToJsonString());
            Assert.True(creation["aliases"]![shape.Writers(kind, 7)]!["is_write_index"]!.GetValue<bool>());
        }

        Assert.Equal("keyword", shape.Template("passage")["template"]!["mappings"]!["properties"]!["owner"]!["type"]!.GetValue<string>());
    }

    [Fact]
    public void A_search_of_documents_is_closed_to_their_owner_by_words_and_by_meaning()
    {
        var owner = Guid.NewGuid();
        var filter = $$$"""[{"term":{"owner":"{{{owner}}}"}}]""";
        var budget = TimeSpan.FromSeconds(1);
        Assert.Equal(filter, SearchQuery.ByWords("passage", ["tide"], owner, 0, 30, budget)["query"]!["bool"]!["filter"]!.ToJsonString());
        Assert.Equal(filter, SearchQuery.ByMeaning(new VectorShape("0a1b2c3d", 2), [1, 2], 0.4, owner, 200, budget)["knn"]!["filter"]!.ToJsonString());
        Assert.Null(SearchQuery.ByWords("post", ["tide"], null, 0, 30, budget)["query"]!["bool"]!["filter"]);
    }

    [Fact]
    public void What_is_typed_is_only_ever_a_value()
    {
        var query = SearchQuery.ByWords("post", SearchEngine.Words("\"a\" OR (b*) {\"match_all\":{}} don't _id:x"), null, 0, 30, TimeSpan.FromSeconds(1));
        var text = query.ToJsonString();
        Assert.DoesNotContain("query_string", text, StringComparison.Ordinal);
        Assert.Equal(["a", "OR", "b", "match", "all", "don't", "id", "x"], SearchEngine.Words("\"a\" OR (b*) {\"match_all\":{}} don't _id:x"));
    }

    internal static IHost Host(Loopback server, params (string Name, string Value)[] settings) => Host(server.Address.ToString().Replace("http://", "http://blog:swordfish@", StringComparison.Ordinal), null, settings);

    private static IHost Host(string address, TimeProvider? clock = null, params (string Name, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.Append(("ConnectionStrings:elasticsearch", address)).Select(setting => KeyValuePair.Create<string, string?>(setting.Item1, setting.Item2)));
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.AddSearchEngine();
        return builder.Build();
    }

    private static ElasticClient Client(IHost host) => host.Services.GetRequiredService<ElasticClient>();

    private static Task<IReadOnlyList<JsonElement>> Search(IHost host) => Client(host).Search("blogcreator-posts", SearchQuery.ByWords("post", ["bridge"], null, 0, 30, TimeSpan.FromSeconds(1)), CancellationToken.None);

    private static IReadOnlyList<BulkItem> Items(int count) => [.. Ids.Take(count).Select(id => Item(id, "A line\nand another"))];

    private static BulkItem Item(Guid id, string text) => new("blogcreator-posts-write-000001", id, 8, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { text })));
}

using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Writing;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Operations;

/// <summary>What was used, month by month.</summary>
public abstract class UsageTests(ApiFixture api)
{
    // Long before anything that the tests of this class make by asking the Api.
    private static readonly DateTimeOffset Border = new DateTimeOffset(TimeProvider.System.GetUtcNow().Year, TimeProvider.System.GetUtcNow().Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-3);

    [Fact]
    public async Task A_month_begins_at_midnight_in_utc_and_each_writer_and_currency_stands_by_itself()
    {
        using var owner = await api.SignInAsOwner();
        var person = await PersonOf(owner);
        await With(async db =>
        {
            db.Generations.AddRange(
                Written(person, "openai: large", "EUR", Border.AddMilliseconds(-1), 100, 10, 0.1m),
                Written(person, "openai: large", "EUR", Border, 1000, 100, 0.2m),
                Written(person, "openai: large" + Generation.WithoutModel, "EUR", Border.AddDays(1), 500, 50, 0.3m),
                Written(person, "openai: large", "USD", Border.AddDays(2), 7, 8, 1.5m),
                Written(person, "=cmd|' /C calc'!A0, \"x\"", "EUR", Border.AddDays(3), 1, 2, 0.000001m),
                Failed(person, "openai: large", "EUR", Border.AddDays(4), 30, 3, 0.4m),
                Written(person, "extractive", null, Border.AddMonths(1).AddMilliseconds(-1), 0, 0, 0m));
            await db.SaveChangesAsync();
        });

        var usage = await Usage(owner);
        Assert.Equal(12, usage.Months.Count);
        Assert.Equal(Enumerable.Range(0, 12).Select(back => Name(Border.AddMonths(3 - back))), usage.Months.Select(month => month.Month));
        var before = Month(usage, Border.AddMonths(-1));
        Assert.Equal((1, 100L, 10L), (before.Completed, before.InputTokens, before.OutputTokens));
        Assert.Equal([new UsageCost("EUR", 0.1m)], before.Costs);
        var month = Month(usage, Border);
        Assert.Equal((5, 1, 0, 1538L, 163L), (month.Completed, month.Failed, month.Cancelled, month.InputTokens, month.OutputTokens));
        Assert.Equal([new UsageCost("EUR", 0.900001m), new UsageCost("USD", 1.5m)], month.Costs);
        // What a model cost before it failed is counted as that model's.
        Assert.Equal(new WriterUsage("openai: large", "EUR", 2, 1, 0, 0, 1530, 153, 0.9m), month.Writers.Single(writer => writer is { Writer: "openai: large", Currency: "EUR" }));
        Assert.Equal(new WriterUsage("extractive", null, 1, 0, 0, 0, 0, 0, 0m), month.Writers.Single(writer => writer.Writer == "extractive"));

        using var answer = await owner.GetAsync("/api/v1/operations/usage.csv?months=12");
        Assert.Equal("text/csv", answer.Content.Headers.ContentType?.MediaType);
        Assert.EndsWith(".csv", answer.Content.Headers.ContentDisposition?.FileName, StringComparison.Ordinal);
        var lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n");
        Assert.Equal("month,writer,completed,failed,cancelled,unfinished,input_tokens,output_tokens,cost,currency,posts_published,documents_uploaded,document_bytes", lines[0]);
        Assert.Equal("", lines[^1]);
        Assert.Contains($"{Name(Border)},openai: large,2,1,0,0,1530,153,0.9,EUR,,,", lines);
        // A spreadsheet must neither run it nor break at its comma and quotes.
        Assert.Contains($"{Name(Border)},\"'=cmd|' /C calc'!A0, \"\"x\"\"\",1,0,0,0,1,2,0.000001,EUR,,,", lines);
        Assert.All(lines.Skip(1).Where(line => line.Length > 0), line => Assert.Matches("^[0-9]{4}-[0-9]{2},", line));
    }

    [Fact]
    public async Task What_was_removed_since_still_counts()
    {
        using var owner = await api.SignInAsOwner();
        var person = await PersonOf(owner);
        var (kept, binned, purged) = (Uploaded(person, Border.AddMonths(-2), 1000), Uploaded(person, Border.AddMonths(-2), 200), Uploaded(person, Border.AddMonths(-2), 30));
        binned.Delete(TimeProvider.System.GetUtcNow());
        purged.Delete(TimeProvider.System.GetUtcNow());
        await With(async db =>
        {
            db.AddRange(kept, binned, purged);
            db.Jobs.Add(Job.Create(PurgeDocument.Kind, purged.Id, TimeProvider.System.GetUtcNow()));
            await db.SaveChangesAsync();
        });
        await Eventually.Holds(() => With(async db => !await db.Documents.IgnoreQueryFilters().AnyAsync(document => document.Id == purged.Id)));
        var month = Month(await Usage(owner, 13), Border.AddMonths(-2));
        Assert.Equal((3, 1230L), (month.DocumentsUploaded, month.DocumentBytes));

        var first = (await Usage(owner, 14)).Months[0].PostsPublished;
        var post = await Publish(owner);
        using (await owner.DeleteAsync($"/api/v1/posts/{post}/publication"))
        {
            // Published again, it is no other post.
            using var again = await owner.PutAsJsonAsync($"/api/v1/posts/{post}/publication", new PublishRequest(null, "A test."), BlogApi.Json);
            Assert.True(again.IsSuccessStatusCode);
        }

        Assert.Equal(first + 1, (await Usage(owner, 15)).Months[0].PostsPublished);
        using (var deleted = await owner.DeleteAsync($"/api/v1/posts/{post}"))
        {
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        await With(db => db.Set<BlogCreator.Api.Posts.Post>().Where(row => row.Id == post).ExecuteDeleteAsync());
        Assert.Equal(first + 1, (await Usage(owner, 16)).Months[0].PostsPublished);
    }

    [Fact]
    public async Task Whoever_asks_again_is_told_what_was_counted_and_the_table_is_the_same()
    {
        using var owner = await api.SignInAsOwner();
        var usage = await Usage(owner, 17);
        var person = await PersonOf(owner);
        await With(async db =>
        {
            db.Generations.Add(Written(person, "openai: later", "EUR", Border.AddMonths(-5), 1, 1, 1m));
            await db.SaveChangesAsync();
        });
        Assert.Equal(usage.At, (await Usage(owner, 17)).At);
        Assert.DoesNotContain("openai: later", await owner.GetStringAsync("/api/v1/operations/usage.csv?months=17"), StringComparison.Ordinal);
        // Another question has not been asked yet.
        Assert.Contains("openai: later", await owner.GetStringAsync("/api/v1/operations/usage.csv?months=18"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_owner_is_told_and_only_for_months_that_make_sense()
    {
        using var owner = await api.SignInAsOwner();
        using var guest = await api.SignInAs("eve");
        using var nobody = api.CreateClient();
        foreach (var path in new[] { "/api/v1/operations", "/api/v1/operations/usage?months=11", "/api/v1/operations/usage.csv?months=11" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(path)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await guest.GetAsync(path)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync(path)).StatusCode);
        }

        foreach (var months in new[] { "0", "37", "-1", "x" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await owner.GetAsync($"/api/v1/operations/usage?months={months}")).StatusCode);
        }

        Assert.Single((await owner.GetFromJsonAsync<UsageReport>("/api/v1/operations/usage?months=1", BlogApi.Json))!.Months);
    }

    private static Generation Written(Guid owner, string writer, string? currency, DateTimeOffset at, int input, int output, decimal money)
    {
        var generation = Begun(owner, writer, currency, at, input, output, money);
        generation.Complete(Guid.NewGuid(), at.AddMinutes(1));
        return generation;
    }

    private static Generation Failed(Guid owner, string writer, string? currency, DateTimeOffset at, int input, int output, decimal money)
    {
        var generation = Begun(owner, writer, currency, at, input, output, money);
        generation.Fail("interrupted", "It broke off.", at.AddMinutes(1));
        return generation;
    }

    private static Generation Begun(Guid owner, string writer, string? currency, DateTimeOffset at, int input, int output, decimal money)
    {
        var generation = Generation.Create(owner, new BriefDetails(null, [], null, null, PostLength.Short, null, null), new WriterDetails(writer, null, null, Judge: false, null, currency, null), at);
        generation.Begin(at);
        generation.Use(input, output, money);
        return generation;
    }

    private static Document Uploaded(Guid owner, DateTimeOffset at, long size) =>
        Document.Create(owner, "old.txt", "text", Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)), size, at);

    private static async Task<Guid> Publish(HttpClient owner)
    {
        using var made = await owner.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest("Once", "", "I think it rains.", []), BlogApi.Json);
        var post = (await made.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!;
        using var published = await owner.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "A test."), BlogApi.Json);
        published.EnsureSuccessStatusCode();
        return post.Id;
    }

    private static string Name(DateTimeOffset month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static UsageMonth Month(UsageReport usage, DateTimeOffset month) => usage.Months.Single(row => row.Month == Name(month));

    /// <summary>What was counted is remembered for a minute: another number of months is another question.</summary>
    private static async Task<UsageReport> Usage(HttpClient owner, int months = 12) =>
        (await owner.GetFromJsonAsync<UsageReport>(string.Create(CultureInfo.InvariantCulture, $"/api/v1/operations/usage?months={months}"), BlogApi.Json))!;

    private static async Task<Guid> PersonOf(HttpClient owner) => (await owner.GetFromJsonAsync<SessionDetails>("/api/v1/session", BlogApi.Json))!.PersonId;

    protected async Task<T> With<T>(Func<BlogDb, Task<T>> work)
    {
        using var scope = api.Services.CreateScope();
        return await work(scope.ServiceProvider.GetRequiredService<BlogDb>());
    }

    protected Task With(Func<BlogDb, Task> work) => With(async db =>
    {
        await work(db);
        return 0;
    });
}

public sealed class UsageOnSqlite(ApiFixture api) : UsageTests(api), IClassFixture<ApiFixture>;

public sealed class UsageOnPostgres(PostgresApiFixture api) : UsageTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;

using System.Net.Http.Json;
using System.Text;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Posts;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace BlogCreator.Tests.Operations;

/// <summary>How jobs are shared, kept and come to their end.</summary>
public abstract class JobsTests(ApiFixture api)
{
    private static readonly byte[] Text = "The keeper measures the tide every evening and reports it to the harbour."u8.ToArray();

    [Fact]
    public async Task Workers_that_claim_at_once_share_the_jobs_and_each_goes_to_one()
    {
        // A kind that no worker of this process knows.
        var kind = $"tests.{Guid.NewGuid():n}";
        var now = TimeProvider.System.GetUtcNow();
        await With(async db =>
        {
            db.Jobs.AddRange(Enumerable.Range(0, 60).Select(_ => Job.Create(kind, Guid.NewGuid(), now)));
            await db.SaveChangesAsync();
        });
        var claimed = await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            var own = new List<Guid>();
            List<Job> some;
            do
            {
                some = await With(async db => await JobQueue.Claim(db, kind, 3, $"worker {worker}", await JobQueue.Now(db, TimeProvider.System, default), TimeSpan.FromMinutes(1), default));
                own.AddRange(some.Select(job => job.Id));
            }
            while (some.Count > 0);
            return own;
        })));
        var all = claimed.SelectMany(own => own).ToList();
        Assert.Equal(60, all.Count);
        Assert.Equal(60, all.Distinct().Count());
    }

    [Fact]
    public async Task A_worker_that_lost_its_lease_stores_nothing_and_what_it_left_waits_again()
    {
        var kind = $"tests.{Guid.NewGuid():n}";
        var subject = Guid.NewGuid();
        var now = await With(db => JobQueue.Now(db, TimeProvider.System, default));
        await With(async db =>
        {
            db.Jobs.Add(Job.Create(kind, subject, now));
            await db.SaveChangesAsync();
        });
        var first = Assert.Single(await With(async db => await JobQueue.Claim(db, kind, 1, "first", await JobQueue.Now(db, TimeProvider.System, default), TimeSpan.FromMilliseconds(1), default)));
        var lost = new JobLease(first.Id, subject, "first", first.Attempts, now);
        // The worker of this process takes back what nobody renews.
        await Eventually.Holds(() => With(db => db.Jobs.AnyAsync(job => job.Id == first.Id && job.Status == JobStatus.Waiting)));
        var second = Assert.Single(await With(async db => await JobQueue.Claim(db, kind, 1, "second", await JobQueue.Now(db, TimeProvider.System, default), TimeSpan.FromMinutes(1), default)));
        Assert.Equal(2, second.Attempts);
        await Assert.ThrowsAsync<LeaseLostException>(() => With(async db =>
        {
            await lost.Fence(db, default);
            return 0;
        }));
        await With(async db =>
        {
            await new JobLease(second.Id, subject, "second", second.Attempts, now).Fence(db, default);
            return 0;
        });
    }

    [Fact]
    public async Task A_schedule_taken_back_at_its_very_moment_ends_one_way_only()
    {
        using var author = await api.SignInAs("ada");
        for (var round = 0; round < 8; round++)
        {
            using var made = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest($"Post {Guid.NewGuid():n}", "", "I think it rains.", null), BlogApi.Json);
            var post = (await made.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!;
            var at = TimeProvider.System.GetUtcNow().AddSeconds(2);
            using var scheduled = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(at, null), BlogApi.Json);
            Assert.True(scheduled.IsSuccessStatusCode, await scheduled.Content.ReadAsStringAsync());
            // From just before its moment to just after it.
            var rest = at - TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds((round - 3) * 12);
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
            using var answer = await author.DeleteAsync($"/api/v1/posts/{post.Id}/schedule");
            await Eventually.Holds(() => With(db => db.Jobs.AllAsync(job => job.Subject != post.Id || job.Status == JobStatus.Done)));
            var after = (await author.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{post.Id}", BlogApi.Json))!;
            var changes = await With(db => db.ContentChanges.CountAsync(change => change.Subject == post.Id));
            Assert.Equal(answer.IsSuccessStatusCode ? (PostStatus.Draft, null, 0) : (PostStatus.Published, (int?)1, 1), (after.Status, after.PublishedVersion, changes));
        }
    }

    [Fact]
    public async Task A_request_sent_again_with_its_key_makes_nothing_more()
    {
        using var author = await api.SignInAs("ada");
        var document = await Upload(author, $"{Guid.NewGuid():n}.txt");
        author.DefaultRequestHeaders.Add("Idempotency-Key", Guid.NewGuid().ToString());
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => author.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { document.Id } })));
        Assert.All(answers, answer => Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode));
        Assert.Single(answers.Select(answer => answer.Headers.Location).Distinct());
        using var other = await author.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { document.Id }, topic = "Tides" });
        Assert.Equal("idempotency-key-reused", (await ApiFixture.Problem(other)).More!["code"].GetString());

        author.DefaultRequestHeaders.Remove("Idempotency-Key");
        author.DefaultRequestHeaders.Add("Idempotency-Key", Guid.NewGuid().ToString());
        var posts = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            using var answer = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest("Once", "", "Text.", null), BlogApi.Json);
            return (await answer.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!.Id;
        }));
        Assert.Single(posts.Distinct());
    }

    [Fact]
    public async Task Many_documents_that_wait_hold_up_neither_a_post_nor_its_writing()
    {
        using var author = await api.SignInAs("ada");
        var ready = await Upload(author, "first.txt");
        await Eventually.Holds(async () => (await Get(author, ready.Id)).Status == DocumentStatus.Ready);
        for (var number = 0; number < 40; number++)
        {
            await Upload(author, $"{number}.txt", $" It was evening {number}.");
        }

        using var begun = await author.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { ready.Id } });
        var generation = (await begun.Content.ReadFromJsonAsync<GenerationDetails>(BlogApi.Json))!;
        await Eventually.Gives(async () => (await author.GetFromJsonAsync<GenerationDetails>($"/api/v1/generations/{generation.Id}", BlogApi.Json))!, now => now.FinishedAt is not null);
        Assert.True(await With(db => db.Jobs.AnyAsync(job => job.Kind == ReadDocument.Kind && job.Status == JobStatus.Waiting)));
    }

    private static async Task<DocumentDetails> Get(HttpClient author, Guid id) => (await author.GetFromJsonAsync<DocumentDetails>($"/api/v1/documents/{id}", BlogApi.Json))!;

    internal static async Task<DocumentDetails> Upload(HttpClient author, string name, string more = "")
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent([.. Text, .. Encoding.UTF8.GetBytes(more)]), "file", name } };
        using var answer = await author.PostAsync("/api/v1/documents/upload", form);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!;
    }

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

public sealed class JobsOnSqlite(ApiFixture api) : JobsTests(api), IClassFixture<ApiFixture>;

public sealed class JobsOnPostgres(PostgresApiFixture api) : JobsTests(api.OrSkip()), IClassFixture<PostgresApiFixture>
{
    [Fact]
    public async Task A_replica_whose_clock_is_wrong_neither_waits_for_what_is_due_nor_takes_what_others_hold()
    {
        using var author = await api.SignInAs("ada");
        var held = Job.Create(PublishScheduledPost.Kind, Guid.NewGuid(), TimeProvider.System.GetUtcNow());
        await using var ahead = api.WithWebHostBuilder(builder => builder.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(new OffBy(TimeSpan.FromHours(1)))));
        using var client = ahead.CreateClient();
        client.DefaultRequestHeaders.Authorization = author.DefaultRequestHeaders.Authorization;
        await With(async db =>
        {
            db.Jobs.Add(held);
            db.Entry(held).Property(nameof(Job.Status)).CurrentValue = JobStatus.Running;
            db.Entry(held).Property(nameof(Job.LeaseOwner)).CurrentValue = "another";
            db.Entry(held).Property(nameof(Job.LeaseUntil)).CurrentValue = TimeProvider.System.GetUtcNow().AddMinutes(10);
            await db.SaveChangesAsync();
        });

        // Both replicas look; stored by the one that is ahead, the job is due at once for either.
        var document = await Upload(client, $"{Guid.NewGuid():n}.txt", $"{Guid.NewGuid()}");
        await Eventually.Holds(async () => (await author.GetFromJsonAsync<DocumentDetails>($"/api/v1/documents/{document.Id}", BlogApi.Json))!.Status == DocumentStatus.Ready);
        Assert.True(await With(db => db.Jobs.AnyAsync(job => job.Id == held.Id && job.LeaseOwner == "another")));
    }

    [Fact]
    public async Task Whoever_listens_hears_of_what_is_due_and_not_of_what_is_for_later()
    {
        var connection = await With(db => Task.FromResult(db.Database.GetConnectionString()!));
        await using var listening = new NpgsqlConnection(connection + ";Pooling=false");
        await listening.OpenAsync();
        await using (var listen = new NpgsqlCommand("LISTEN blogcreator_jobs", listening))
        {
            await listen.ExecuteNonQueryAsync();
        }

        // Kinds without a worker, so that nothing else happens to them; other tests of this class wait their turn.
        var now = TimeProvider.System.GetUtcNow();
        await With(async db =>
        {
            db.Jobs.Add(Job.Create("tests.later", Guid.NewGuid(), now, now.AddDays(1)));
            await db.SaveChangesAsync();
        });
        Assert.False(await listening.WaitAsync(1));
        await With(async db =>
        {
            db.Jobs.Add(Job.Create("tests.now", Guid.NewGuid(), now));
            await db.SaveChangesAsync();
        });
        Assert.True(await listening.WaitAsync(10_000));
    }

    private sealed class OffBy(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}

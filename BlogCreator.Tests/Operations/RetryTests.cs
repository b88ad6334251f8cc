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

/// <summary>What waits, what failed, and what the owner can have tried again.</summary>
public abstract class RetryTests(ApiFixture api)
{
    [Fact]
    public async Task A_document_that_failed_is_read_again_whosever_it_is_and_its_name_stays_with_its_owner()
    {
        using var owner = await api.SignInAsOwner();
        using var guest = await api.SignInAs("eve");
        var (own, others) = (await JobsTests.Upload(owner, "mine.txt"), await JobsTests.Upload(guest, "secret plans.txt"));
        foreach (var (client, id) in new[] { (owner, own.Id), (guest, others.Id) })
        {
            await Eventually.Holds(async () => (await Document(client, id)).Status == DocumentStatus.Ready);
            await Fail(id);
        }

        var failures = await Failures(owner);
        Assert.Equal(("mine.txt", true, ReadDocument.Kind), failures.Where(failure => failure.Id == own.Id).Select(failure => (failure.Name, failure.IsOwn, failure.Kind)).Single());
        var theirs = failures.Single(failure => failure.Id == others.Id);
        Assert.Equal((null, false, "It fell over."), (theirs.Name, theirs.IsOwn, theirs.Reason));
        Assert.DoesNotContain("secret plans", await owner.GetStringAsync("/api/v1/operations"), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Forbidden, (await guest.PostAsync(Retry(ReadDocument.Kind, others.Id), null)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await owner.PostAsync(Retry(ReadDocument.Kind, others.Id), null)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await owner.PostAsync(Retry(ReadDocument.Kind, own.Id), null)).StatusCode);
        await Eventually.Holds(async () => (await Document(guest, others.Id)).Status == DocumentStatus.Ready);
        await Eventually.Holds(async () => (await Document(owner, own.Id)).Status == DocumentStatus.Ready);
        Assert.DoesNotContain(await Failures(owner), failure => failure.Id == own.Id || failure.Id == others.Id);
        Assert.Equal(2, await With(db => db.Audit.CountAsync(entry => entry.Action == "operations.failure-retried" && (entry.Subject == own.Id || entry.Subject == others.Id))));

        // Mended, gone, of no such kind, or running: nothing happens, and the answer says which.
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync(Retry(ReadDocument.Kind, own.Id), null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync(Retry(ReadDocument.Kind, Guid.NewGuid()), null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync(Retry(PurgeDocument.Kind, own.Id), null)).StatusCode);
        await Fail(own.Id);
        await Add(Job.Create(ReadDocument.Kind, own.Id, Now, Now.AddDays(1)));
        using var running = await owner.PostAsync(Retry(ReadDocument.Kind, own.Id), null);
        Assert.Equal(HttpStatusCode.Conflict, running.StatusCode);
        Assert.Equal("not-failed", (await ApiFixture.Problem(running)).More!["code"].GetString());
    }

    [Fact]
    public async Task A_document_that_its_person_stopped_is_no_failure()
    {
        using var owner = await api.SignInAsOwner();
        var document = await JobsTests.Upload(owner, "stopped.txt", " Stopped.");
        await Eventually.Holds(async () => (await Document(owner, document.Id)).Status == DocumentStatus.Ready);
        await Fail(document.Id, "cancelled");
        Assert.DoesNotContain(await Failures(owner), failure => failure.Id == document.Id);
    }

    [Fact]
    public async Task A_post_that_could_not_be_written_goes_on_and_asking_four_times_is_asking_once()
    {
        using var owner = await api.SignInAsOwner();
        using var guest = await api.SignInAs("eve");
        var document = await JobsTests.Upload(guest, "harbour.txt", " The harbour has two lights.");
        await Eventually.Holds(async () => (await Document(guest, document.Id)).Status == DocumentStatus.Ready);
        using var begun = await guest.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { document.Id }, topic = "Private topic", reviewOutline = true });
        var generation = (await begun.Content.ReadFromJsonAsync<GenerationDetails>(BlogApi.Json))!;
        await Eventually.Holds(async () => (await Generation(guest, generation.Id)).WaitingFor is not null);
        await With(db => db.Generations.Where(row => row.Id == generation.Id).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.Status, GenerationStatus.Failed)
            .SetProperty(row => row.WaitingFor, (string?)null)
            .SetProperty(row => row.ErrorCode, "no-usable-documents")
            .SetProperty(row => row.Error, "None of the documents could be used. harbour.txt: it holds no text.")));

        var failure = (await Failures(owner)).Single(row => row.Id == generation.Id);
        Assert.Equal((null, false, "None of the documents could be used."), (failure.Name, failure.IsOwn, failure.Reason));
        Assert.DoesNotContain("Private topic", await owner.GetStringAsync("/api/v1/operations"), StringComparison.Ordinal);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => owner.PostAsync(Retry(GeneratePost.Kind, generation.Id), null)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Accepted);
        Assert.All(answers, answer => Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.Accepted, HttpStatusCode.Conflict, HttpStatusCode.NotFound }));
        await Eventually.Holds(async () => (await Generation(guest, generation.Id)) is { WaitingFor: not null, Status: GenerationStatus.Running });
        Assert.DoesNotContain(await Failures(owner), row => row.Id == generation.Id);
    }

    [Fact]
    public async Task Work_that_failed_is_begun_at_once_and_what_waits_for_its_time_is_not()
    {
        using var owner = await api.SignInAsOwner();
        using var guest = await api.SignInAs("eve");
        // Of what is gone, a purge is done as soon as it runs.
        var (failed, scheduled) = (Job.Create(PurgeDocument.Kind, Guid.NewGuid(), Now, Now.AddDays(1)), Job.Create(PurgeDocument.Kind, Guid.NewGuid(), Now, Now.AddDays(1)));
        await Add(failed, scheduled);
        await With(db => db.Jobs.Where(job => job.Id == failed.Id).ExecuteUpdateAsync(set => set.SetProperty(job => job.LastError, "The disk was away from private.pdf.").SetProperty(job => job.Attempts, 2)));

        var queue = (await Report(owner)).Queue!;
        Assert.Equal(("The disk was away from ….", 2), queue.Retrying.Where(job => job.Id == failed.Id).Select(job => (job.LastError, job.Attempts)).Single());
        Assert.DoesNotContain(queue.Retrying, job => job.Id == scheduled.Id);

        Assert.Equal(HttpStatusCode.Forbidden, (await guest.PostAsync($"/api/v1/operations/jobs/{failed.Id}/retry", null)).StatusCode);
        using var refused = await owner.PostAsync($"/api/v1/operations/jobs/{scheduled.Id}/retry", null);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await owner.PostAsync($"/api/v1/operations/jobs/{failed.Id}/retry", null)).StatusCode);
        await Eventually.Holds(() => With(db => db.Jobs.AnyAsync(job => job.Id == failed.Id && job.Status == JobStatus.Done)));
        Assert.Equal(JobStatus.Waiting, await With(db => db.Jobs.Where(job => job.Id == scheduled.Id).Select(job => job.Status).SingleAsync()));
    }

    [Fact]
    public async Task All_that_was_given_up_is_tried_again_at_once()
    {
        using var owner = await api.SignInAsOwner();
        using var guest = await api.SignInAs("eve");
        var dead = Enumerable.Range(0, 3).Select(_ => Job.Create(PurgeDocument.Kind, Guid.NewGuid(), Now, Now.AddDays(1))).ToArray();
        // Nothing can be done about this one any more: its document was never there.
        var gone = Job.Create(ReadDocument.Kind, Guid.NewGuid(), Now, Now.AddDays(1));
        await Add([.. dead, gone]);
        var ids = dead.Append(gone).Select(job => job.Id).ToList();
        await With(db => db.Jobs.Where(job => ids.Contains(job.Id)).ExecuteUpdateAsync(set => set.SetProperty(job => job.Status, JobStatus.Dead).SetProperty(job => job.LastError, "It fell over.")));
        Assert.Equal(HttpStatusCode.Forbidden, (await guest.PostAsync("/api/v1/operations/jobs/retry", null)).StatusCode);
        using var answer = await owner.PostAsync("/api/v1/operations/jobs/retry", null);
        var retried = (await answer.Content.ReadFromJsonAsync<RetriedJobs>(BlogApi.Json))!;
        Assert.True(retried is { Retried: >= 3, Left: >= 1 }, retried.ToString());
        await Eventually.Holds(() => With(db => db.Jobs.Where(job => ids.Contains(job.Id)).AllAsync(job => job.Status == JobStatus.Done)));
        Assert.DoesNotContain((await Report(owner)).DeadJobs, job => ids.Contains(job.Id));
    }

    [Fact]
    public async Task The_queue_is_counted_by_kind()
    {
        using var owner = await api.SignInAsOwner();
        var kind = $"tests.{Guid.NewGuid():n}";
        var jobs = Enumerable.Range(0, 7).Select(number => Job.Create(kind, Guid.NewGuid(), Now.AddHours(-1), number == 2 ? Now.AddDays(1) : Now.AddMinutes(-number - 1))).ToArray();
        await Add(jobs);
        await Become(jobs[3], JobStatus.Running, attempts: 2);
        await Become(jobs[4], JobStatus.Done, attempts: 3);
        await Become(jobs[5], JobStatus.Dead, attempts: 5);
        await Become(jobs[6], JobStatus.Done, attempts: 1);
        // Done too long ago to be counted.
        var old = Now.AddDays(-2);
        await With(db => db.Jobs.Where(job => job.Id == jobs[6].Id).ExecuteUpdateAsync(set => set.SetProperty(job => job.RunAfter, old)));

        var queue = (await Report(owner)).Queue!;
        var counted = queue.Kinds.Single(row => row.Kind == kind);
        Assert.Equal((2, 1, 1, 1, 1), (counted.Waiting, counted.Running, counted.Later, counted.GivenUp, counted.Done));
        Assert.Equal(1 + 2 + 5, counted.FailedAttempts);
        Assert.NotNull(counted.OldestSeconds);
        Assert.Equal(2, queue.Running.Single(job => job.Id == jobs[3].Id).Attempt);
        // Kinds of which there is nothing are told of too.
        Assert.Contains(queue.Kinds, row => row is { Kind: "posts.publish" });
    }

    [Fact]
    public async Task What_runs_tells_when_it_was_begun_and_not_since_when_it_had_waited()
    {
        var kind = $"tests.{Guid.NewGuid():n}";
        var job = Job.Create(kind, Guid.NewGuid(), Now.AddHours(-2), Now.AddHours(-1));
        await Add(job);
        var claimed = await With(async db => await JobQueue.Claim(db, kind, 1, "somebody", await JobQueue.Now(db, TimeProvider.System, default), TimeSpan.FromHours(1), default));
        Assert.True(Assert.Single(claimed).RunAfter > job.RunAfter.AddMinutes(50));
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static string Retry(string kind, Guid id) => $"/api/v1/operations/failures/{kind}/{id}/retry";

    private static async Task<OperationsReport> Report(HttpClient owner) => (await owner.GetFromJsonAsync<OperationsReport>("/api/v1/operations", BlogApi.Json))!;

    private static async Task<IReadOnlyList<FailureDetails>> Failures(HttpClient owner) => (await Report(owner)).Failures!;

    private static async Task<DocumentDetails> Document(HttpClient client, Guid id) => (await client.GetFromJsonAsync<DocumentDetails>($"/api/v1/documents/{id}", BlogApi.Json))!;

    private static async Task<GenerationDetails> Generation(HttpClient client, Guid id) => (await client.GetFromJsonAsync<GenerationDetails>($"/api/v1/generations/{id}", BlogApi.Json))!;

    private Task<int> Become(Job job, JobStatus status, int attempts)
    {
        DateTimeOffset? until = status == JobStatus.Running ? Now.AddHours(1) : null;
        return With(db => db.Jobs.Where(row => row.Id == job.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, status).SetProperty(row => row.Attempts, attempts).SetProperty(row => row.LeaseUntil, until)));
    }

    private Task Fail(Guid document, string code = "reader-crashed") => With(async db =>
    {
        var row = await db.Documents.SingleAsync(row => row.Id == document);
        row.Fail(code, "It fell over.", Now);
        await Eventually.Holds(() => db.Jobs.AllAsync(job => job.Subject != document || job.Status == JobStatus.Done));
        await db.SaveChangesAsync();
    });

    private Task Add(params Job[] jobs) => With(async db =>
    {
        db.Jobs.AddRange(jobs);
        await db.SaveChangesAsync();
    });

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

public sealed class RetryOnSqlite(ApiFixture api) : RetryTests(api), IClassFixture<ApiFixture>;

public sealed class RetryOnPostgres(PostgresApiFixture api) : RetryTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;

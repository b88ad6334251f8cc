using System.Net;
using System.Net.Http.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Posts;
using BlogCreator.Api.Writing;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Operations;

public abstract class OperationsTests(ApiFixture api)
{
    [Fact]
    public async Task The_owner_sees_what_is_well_and_tries_dead_work_again_and_others_see_nothing()
    {
        using var owner = api.CreateClient();
        using var made = await owner.PostAsJsonAsync("/api/v1/setup", new SetupRequest("ada@example.org", "correct horse battery", "Notes"), BlogApi.Json);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        using var guest = await api.SignInAs("eve");
        using var refused = await guest.GetAsync("/api/v1/operations");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal("not-allowed", (await ApiFixture.Problem(refused)).More!["code"].GetString());

        var well = await Report();
        Assert.True(well.Well, string.Join('\n', well.Parts));
        Assert.Equal(["database", "jobs", "redis", "sign-in", "files", "documents", "search", "embeddings", "generations", "model", "backup"], well.Parts.Select(part => part.Name));
        Assert.Empty(well.DeadJobs);

        var document = await JobsTests.Upload(guest, "tides.txt");
        var dead = await GiveUp<ReadDocument>(ReadDocument.Kind, document.Id);
        Assert.Equal(DocumentStatus.Failed, (await guest.GetFromJsonAsync<DocumentDetails>($"/api/v1/documents/{document.Id}", BlogApi.Json))!.Status);
        var wrong = await Report();
        Assert.False(wrong.Well);
        Assert.Equal(PartState.Wrong, wrong.Parts.Single(part => part.Name == "jobs").State);
        Assert.Equal(("It fell over '…'.", ReadDocument.Kind), wrong.DeadJobs.Where(job => job.Id == dead).Select(job => (job.LastError, job.Kind)).Single());

        Assert.DoesNotContain("a private word", await owner.GetStringAsync("/api/v1/operations"), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Forbidden, (await guest.PostAsync($"/api/v1/operations/jobs/{dead}/retry", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await owner.PostAsync($"/api/v1/operations/jobs/{dead}/retry", null)).StatusCode);
        await Eventually.Holds(async () => (await guest.GetFromJsonAsync<DocumentDetails>($"/api/v1/documents/{document.Id}", BlogApi.Json))!.Status == DocumentStatus.Ready);
        await Eventually.Holds(async () => (await Report()).Well);
        Assert.Equal(HttpStatusCode.Conflict, (await owner.PostAsync($"/api/v1/operations/jobs/{dead}/retry", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync($"/api/v1/operations/jobs/{Guid.NewGuid()}/retry", null)).StatusCode);

        // The same for a generation, which goes on to a post.
        using var brief = await guest.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { document.Id }, reviewOutline = true });
        var generation = (await brief.Content.ReadFromJsonAsync<GenerationDetails>(BlogApi.Json))!;
        await Eventually.Holds(async () => (await Generation(generation.Id)).FinishedAt is not null || (await Generation(generation.Id)).WaitingFor is not null);
        await Stop(generation.Id);
        var deadWriting = await GiveUp<GeneratePost>(GeneratePost.Kind, generation.Id);
        Assert.Equal(GenerationStatus.Failed, (await Generation(generation.Id)).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await owner.PostAsync($"/api/v1/operations/jobs/{deadWriting}/retry", null)).StatusCode);
        await Eventually.Holds(async () => await Generation(generation.Id) is { Status: not GenerationStatus.Failed } again && (again.FinishedAt is not null || again.WaitingFor is not null));

        // A schedule that could not be kept is told to the author, and kept when it is tried again.
        using var created = await guest.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest("Later", "", "I think it rains.", null), BlogApi.Json);
        var post = (await created.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!;
        using var scheduled = await guest.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(TimeProvider.System.GetUtcNow().AddDays(1), null), BlogApi.Json);
        var deadSchedule = await GiveUp<PublishScheduledPost>(PublishScheduledPost.Kind, post.Id);
        var missed = await Post(post.Id);
        Assert.Equal(PostStatus.Draft, missed.Status);
        Assert.NotNull(missed.ScheduleProblem);
        Assert.Equal(HttpStatusCode.Accepted, (await owner.PostAsync($"/api/v1/operations/jobs/{deadSchedule}/retry", null)).StatusCode);
        await Eventually.Holds(async () => await Post(post.Id) is { Status: PostStatus.Published, ScheduleProblem: null });

        async Task<OperationsReport> Report() => (await owner.GetFromJsonAsync<OperationsReport>("/api/v1/operations", BlogApi.Json))!;
        async Task<GenerationDetails> Generation(Guid id) => (await guest.GetFromJsonAsync<GenerationDetails>($"/api/v1/generations/{id}", BlogApi.Json))!;
        async Task<PostDetails> Post(Guid id) => (await guest.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{id}", BlogApi.Json))!;
    }

    /// <summary>Brings a job to its end as the worker does after the last attempt.</summary>
    private async Task<Guid> GiveUp<T>(string kind, Guid subject)
        where T : IJobHandler
    {
        using var scope = api.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        var now = TimeProvider.System.GetUtcNow();
        await Eventually.Holds(() => db.Jobs.AllAsync(job => job.Subject != subject || job.Status != JobStatus.Running));
        await db.Jobs.Where(job => job.Kind == kind && job.Subject == subject).ExecuteDeleteAsync();
        if (typeof(T) == typeof(ReadDocument))
        {
            await db.Documents.Where(document => document.Id == subject).ExecuteUpdateAsync(set => set.SetProperty(document => document.Status, DocumentStatus.Reading));
        }

        var job = Job.Create(kind, subject, now, now.AddDays(1));
        db.Jobs.Add(job);
        await db.SaveChangesAsync();
        await scope.ServiceProvider.GetRequiredService<T>().GiveUp(subject, "It fell over.", default);
        await db.Jobs.Where(row => row.Id == job.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, JobStatus.Dead).SetProperty(row => row.LastError, "It fell over 'a private word'."));
        return job.Id;
    }

    /// <summary>As if it were still being written.</summary>
    private async Task Stop(Guid generationId)
    {
        using var scope = api.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        await db.Generations.Where(row => row.Id == generationId).ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, GenerationStatus.Running).SetProperty(row => row.FinishedAt, (DateTimeOffset?)null));
    }
}

public sealed class OperationsOnSqlite(ApiFixture api) : OperationsTests(api), IClassFixture<ApiFixture>;

public sealed class OperationsOnPostgres(PostgresApiFixture api) : OperationsTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;

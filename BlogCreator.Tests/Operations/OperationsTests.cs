using System.Net;
using System.Net.Http.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Posts;
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
        Assert.Equal(["database", "jobs", "files", "documents", "search", "generations", "model"], well.Parts.Select(part => part.Name));
        Assert.Empty(well.DeadJobs);

        var dead = await AddDeadJob();
        var wrong = await Report();
        Assert.False(wrong.Well);
        Assert.Equal(PartState.Wrong, wrong.Parts.Single(part => part.Name == "jobs").State);
        Assert.Equal("It fell over.", wrong.DeadJobs.Single(job => job.Id == dead).LastError);

        Assert.Equal(HttpStatusCode.Forbidden, (await guest.PostAsync($"/api/v1/operations/jobs/{dead}/retry", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await owner.PostAsync($"/api/v1/operations/jobs/{dead}/retry", null)).StatusCode);
        await Eventually.Holds(async () => (await Report()).Well);
        Assert.Equal(HttpStatusCode.Conflict, (await owner.PostAsync($"/api/v1/operations/jobs/{dead}/retry", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync($"/api/v1/operations/jobs/{Guid.NewGuid()}/retry", null)).StatusCode);

        async Task<OperationsReport> Report() => (await owner.GetFromJsonAsync<OperationsReport>("/api/v1/operations", BlogApi.Json))!;
    }

    private async Task<Guid> AddDeadJob()
    {
        using var scope = api.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        var job = Job.Create(PublishScheduledPost.Kind, Guid.NewGuid(), TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddDays(1));
        db.Jobs.Add(job);
        await db.SaveChangesAsync();
        await db.Jobs.Where(row => row.Id == job.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, JobStatus.Dead).SetProperty(row => row.LastError, "It fell over."));
        return job.Id;
    }
}

public sealed class OperationsOnSqlite(ApiFixture api) : OperationsTests(api), IClassFixture<ApiFixture>;

public sealed class OperationsOnPostgres(PostgresApiFixture api) : OperationsTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;

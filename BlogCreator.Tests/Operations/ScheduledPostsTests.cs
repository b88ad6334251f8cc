using System.Globalization;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Posts;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Tests.Operations;

/// <summary>
/// Many posts for one moment, two replicas, and one of them killed in the middle. The number is set by SCHEDULED_POSTS.
/// </summary>
public sealed class ScheduledPostsTests : IAsyncDisposable
{
    private static readonly int Many = int.Parse(Environment.GetEnvironmentVariable("SCHEDULED_POSTS") ?? "1000", CultureInfo.InvariantCulture);

    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;
    private readonly ITestOutputHelper _output;

    public ScheduledPostsTests(ITestOutputHelper output)
    {
        PostgresServer.SkipUnlessThere();
        _output = output;
    }

    [Fact]
    public async Task Posts_of_one_moment_go_out_once_each_though_a_replica_is_killed_meanwhile()
    {
        await using var server = await PostgresServer.StartOwn();
        var connection = await server.NewMigratedDatabase();
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__blogdb"] = connection,
            ["Storage__Path"] = Path.Combine(_folder, "files"),
            ["DataProtection__Path"] = Path.Combine(_folder, "keys"),
            ["Logging__LogLevel__Default"] = "Warning",
        };
        var (author, _) = await DirectApi.AddPerson(connection, "ada");
        await using var first = await ApiProcess.Start(settings);
        await using var second = await ApiProcess.Start(settings);
        var at = await Schedule(connection, author);

        await Eventually.Holds(async () => await Published() >= Many / 3);
        await first.Kill();
        var atKill = await Published();
        for (var seen = atKill; seen < Many; seen = await Published())
        {
            // As long as it goes on, it may take what this machine needs.
            var before = seen;
            await Eventually.Holds(async () => await Published() > before);
        }

        Assert.InRange(atKill, Many / 3, Many - 1);

        await using var db = DirectApi.Open(connection);
        var posts = await db.Posts.AsNoTracking().ToListAsync();
        Assert.All(posts, post => Assert.Equal((PostStatus.Published, 1), (post.Status, post.PublishedVersion)));
        Assert.Equal(Many, await db.PostVersions.CountAsync(version => version.PublishedAt != null));
        var changes = await db.ContentChanges.AsNoTracking().Where(change => change.Kind == "posts.published").ToListAsync();
        Assert.Equal(posts.Select(post => (Guid?)post.Id).Order(), changes.Select(change => change.Subject).Order());
        await Eventually.Holds(async () => await db.Jobs.AllAsync(job => job.Status == JobStatus.Done));
        Assert.All(posts, post => Assert.True(post.PublishedAt >= at));

        var late = posts.Select(post => (post.PublishedAt!.Value - at).TotalSeconds).Order().ToList();
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Many} posts, replica killed after {atKill}; late by {late[Many / 2]:0.00} s (half), {late[Many * 95 / 100]:0.00} s (95 of 100), {late[^1]:0.00} s (last)"));

        async Task<int> Published()
        {
            await using var look = DirectApi.Open(connection);
            return await look.Posts.CountAsync(post => post.Status == PostStatus.Published);
        }
    }

    private static async Task<DateTimeOffset> Schedule(string connection, Guid author)
    {
        var citations = new Dictionary<int, SourcePassage>
        {
            [1] = new(Guid.NewGuid(), Guid.NewGuid(), "Bridges.pdf", 12, "History", "prose", 0, "The bridge was opened in 1890. It is 2,467 metres long."),
        };
        var posts = new List<Post>();
        foreach (var numbers in Enumerable.Range(0, Many).Chunk(100))
        {
            await using var db = DirectApi.Open(connection);
            var made = TimeProvider.System.GetUtcNow();
            foreach (var number in numbers)
            {
                var text = new VersionText($"Post {number} {Guid.NewGuid():n}", "", "The bridge was opened in 1890.[^1]", ["bridges"]);
                var (post, version) = await CreatePost.Add(db, author, null, text, citations, made, CancellationToken.None);
                Assert.Empty(WriteVersion.Failing(version.Claims));
                posts.Add(post);
            }

            await db.SaveChangesAsync();
        }

        await using var schedule = DirectApi.Open(connection);
        var now = TimeProvider.System.GetUtcNow();
        var at = now.AddSeconds(4);
        foreach (var post in posts)
        {
            schedule.Attach(post);
            post.Schedule(at, null, now);
            schedule.Jobs.Add(Job.Create(PublishScheduledPost.Kind, post.Id, now, at));
        }

        await schedule.SaveChangesAsync();
        return DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

using System.Globalization;
using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts.Seeding;

/// <summary>
/// The command <c>seed --posts 100000</c>: published posts with authors, tags, versions, claims and sources, to measure and
/// try things with. With the same <c>--seed</c> they say the same. They are stored by the same rules as real ones.
/// </summary>
public static class SeedPosts
{
    private const int Batch = 500;
    private const int Authors = 20;
    private const int MostPosts = 1_000_000;
    private const int LargestSeed = 999;
    private const string Usage = "Usage: seed --posts NUMBER [--seed NUMBER] [--yes]";

    // Fixed, so that the years and months are the same whenever it is run.
    private static readonly DateTimeOffset Newest = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(3650);

    public static async Task<int> Command(string[] args, IServiceProvider services, TextWriter output, CancellationToken cancel)
    {
        var (posts, seed) = (Number(args, "--posts") ?? 0, Number(args, "--seed") ?? 1);
        if (posts is < 1 or > MostPosts || seed > LargestSeed)
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        if (!services.GetRequiredService<IHostEnvironment>().IsDevelopment() && !args.Contains("--yes"))
        {
            await output.WriteLineAsync("This adds made-up posts to a site that is not for development, for all its readers to see. Say --yes if you mean it.");
            return 1;
        }

        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        var authors = await AddAuthors(services, seed, cancel);
        if (authors.Count == 0)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"The posts of --seed {seed} are there already. Take another number for more."));
            return 1;
        }

        for (var first = 0; first < posts; first += Batch)
        {
            await AddBatch(services, seed, first, Math.Min(Batch, posts - first), posts, authors, cancel);
            if ((first / Batch) % 20 == 19)
            {
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{first + Batch} posts"));
            }
        }

        using var scope = services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        db.NoteChange("posts.seeded", null, clock.GetUtcNow());
        await db.SaveChangesAsync(cancel);
        // The database chooses its ways by what it knows of its rows; in time it would learn of these by itself.
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await db.Database.ExecuteSqlRawAsync(db.Database.IsNpgsql() ? "VACUUM ANALYZE" : "ANALYZE", cancel);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Added {posts} published posts by {authors.Count} authors in {clock.GetElapsedTime(began).TotalSeconds:0} s."));
        return 0;
    }

    /// <summary>None when this seed was sown before.</summary>
    private static async Task<IReadOnlyList<Guid>> AddAuthors(IServiceProvider services, int seed, CancellationToken cancel)
    {
        using var scope = services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        var mark = string.Create(CultureInfo.InvariantCulture, $"author-{seed}-");
        if (await db.People.AnyAsync(person => person.Handle == mark + "0", cancel))
        {
            return [];
        }

        var authors = Enumerable.Range(0, Authors).Select(number => (Person: Person.CreateOwner(string.Create(CultureInfo.InvariantCulture, $"{mark}{number}@seed.invalid"), Newest), number)).ToList();
        foreach (var (person, number) in authors)
        {
            // Nobody signs in as one: there is no password. And none of them owns the site.
            person.Introduce(string.Create(CultureInfo.InvariantCulture, $"Author {number + 1}"), string.Create(CultureInfo.InvariantCulture, $"{mark}{number}"), "A made-up author of made-up posts.");
            db.People.Add(person);
            db.Entry(person).Property(nameof(Person.IsOwner)).CurrentValue = false;
        }

        await db.SaveChangesAsync(cancel);
        return authors.ConvertAll(author => author.Person.Id);
    }

    private static async Task AddBatch(IServiceProvider services, int seed, int first, int count, int all, IReadOnlyList<Guid> authors, CancellationToken cancel)
    {
        using var scope = services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        var made = Enumerable.Range(first, count).AsParallel().AsOrdered().Select(number =>
        {
            var at = Newest - (Oldest * ((all - number) / (double)all));
            var text = SeedText.Make(seed, number);
            var slug = string.Create(CultureInfo.InvariantCulture, $"{SlugFor.Title(text.Text.Title)}-{seed}-{number}");
            var post = Post.Create(authors[number % 7 * 3 % authors.Count], slug, null, at);
            return (Post: post, Version: WriteVersion.Run(post.Id, post.Version, text.Text, text.Citations, at), text.Citations, At: at);
        }).ToList();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        foreach (var (post, version, citations, _) in made)
        {
            db.Posts.Add(post);
            db.PostVersions.Add(version);
            db.PostSlugs.Add(new PostSlug { Slug = post.Slug, PostId = post.Id });
            db.PostCitations.AddRange(citations.Select(citation => new PostCitation { PostId = post.Id, Label = citation.Key, Passage = citation.Value }));
        }

        await db.SaveChangesAsync(cancel);
        // Published afterwards, as every post is: that is when the database takes it into its indexes.
        foreach (var (post, version, _, at) in made)
        {
            post.Publish(version.Number, WriteVersion.Failing(version.Claims).Count > 0 ? "Made up to measure with." : null, at);
            version.BecomePublished(at);
        }

        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    private static int? Number(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length && int.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

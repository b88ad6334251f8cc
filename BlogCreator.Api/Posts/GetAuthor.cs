using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>Who wrote published posts. A person who has published nothing is nobody's business.</summary>
public static class GetAuthor
{
    public static async Task<Results<Ok<AuthorProfile>, ProblemHttpResult>> Handle(string handle, BlogDb db, CancellationToken cancel)
    {
        var (people, posts) = (db.People, db.Posts);
        var author = await people.AsNoTracking()
            .Where(person => person.Handle == handle)
            .Select(person => new { person.Name, person.Handle, person.Bio, Posts = posts.Count(post => post.OwnerId == person.Id && post.PublishedVersion != null) })
            .SingleOrDefaultAsync(cancel);
        return author is { Posts: > 0 }
            ? TypedResults.Ok(new AuthorProfile(author.Name, author.Handle, author.Posts, author.Bio))
            : Problems.NotFound("author");
    }
}

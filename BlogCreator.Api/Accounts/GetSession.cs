using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Accounts;

/// <summary>Who is signed in.</summary>
public static class GetSession
{
    public static async Task<Results<Ok<SessionDetails>, ProblemHttpResult>> Handle(CurrentUser user, BlogDb db, CancellationToken cancel) =>
        await db.People.SingleOrDefaultAsync(person => person.Id == user.Id, cancel) is { } person
            ? TypedResults.Ok(CreateSession.Describe(person))
            : Problems.NotFound("person");
}

using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Accounts;

/// <summary>Changes what readers learn of the caller as an author.</summary>
public static class EditProfile
{
    public static async Task<Results<Ok<SessionDetails>, ProblemHttpResult>> Handle(
        EditProfileRequest request, CurrentUser user, BlogDb db, SecurityEvents security, TimeProvider clock, CancellationToken cancel)
    {
        if (CleanLine.Of(request.Name) is not { Length: > 0 } name)
        {
            return Problems.Invalid("author-name", "Give the name that readers see below your posts.");
        }

        if (AuthorHandle(request.Handle) is not { Length: > 0 } handle)
        {
            return Problems.Invalid("author-handle", "The end of your address takes letters from a to z, digits and hyphens.");
        }

        if (await db.People.SingleOrDefaultAsync(person => person.Id == user.Id, cancel) is not { } person)
        {
            return Problems.NotFound("person");
        }

        if (await db.People.AnyAsync(other => other.Handle == handle && other.Id != user.Id, cancel))
        {
            return Taken(handle);
        }

        person.Introduce(name, handle, (request.Bio ?? "").ReplaceLineEndings("\n").Trim());
        db.NoteChange("accounts.profile-changed", user.Id, clock.GetUtcNow());
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException failure) when (failure.IsCollision())
        {
            // Somebody took it between our look and our write.
            return Taken(handle);
        }

        security.Note(SecurityEvent.PersonChanged, "profile");
        return TypedResults.Ok(CreateSession.Describe(person));
    }

    private static string AuthorHandle(string typed) =>
        string.Join('-', string.Concat(typed.Trim().ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')).Split('-', StringSplitOptions.RemoveEmptyEntries));

    private static ProblemHttpResult Taken(string handle) => Problems.Refuse(
        StatusCodes.Status409Conflict,
        "handle-taken",
        "This address is taken",
        $"Another author of this site has the address \"{handle}\". Choose a different one.");
}

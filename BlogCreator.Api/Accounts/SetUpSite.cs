using System.Security.Cryptography;
using System.Text;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Accounts;

/// <summary>Makes the owner while there is none, and signs them in.</summary>
public static class SetUpSite
{
    public static async Task<Results<Created<SessionDetails>, ProblemHttpResult>> Handle(
        SetupRequest request,
        HttpContext context,
        BlogDb db,
        IPasswordHasher<Person> hasher,
        IOptions<SetupOptions> options,
        IHostEnvironment environment,
        SecurityEvents security,
        TimeProvider clock,
        CancellationToken cancel)
    {
        if (await db.People.AnyAsync(person => person.IsOwner, cancel))
        {
            return AlreadyDone();
        }

        if (string.IsNullOrWhiteSpace(request.SiteName))
        {
            return Problems.Invalid("site-name", "Give the site a name.");
        }

        var site = await db.Sites.SingleAsync(cancel);
        if (!environment.IsDevelopment() && !IsRightToken(request.Token, options.Value.Token, site.SetupTokenHash))
        {
            security.Note(SecurityEvent.SignInFailed, "setup-token");
            return Problems.Refuse(
                StatusCodes.Status403Forbidden,
                "setup-token",
                "Set-up needs its token",
                "The token was printed in the log of the first start, or is the setting Setup__Token. Send it as \"token\".");
        }

        var now = clock.GetUtcNow();
        var owner = Person.CreateOwner(request.Email, now);
        owner.SetPasswordHash(hasher.HashPassword(owner, request.Password));
        site.Name = request.SiteName.Trim();
        site.SetupTokenHash = null;
        db.People.Add(owner);
        db.NoteChange("site.set-up", null, now);
        db.Audit.Add(AuditEntry.Create("accounts.owner-created", owner.Id, owner.Id, null, now));
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException failure) when (failure.IsCollision())
        {
            // Only the unique owner can refuse this row: someone else was faster.
            return AlreadyDone();
        }

        security.Note(SecurityEvent.PersonCreated, "owner", owner.Id);
        var session = await CreateSession.SignIn(context, db, owner, now, cancel);
        security.Note(SecurityEvent.SessionCreated, "setup", owner.Id, session.ToString());
        return TypedResults.Created("/api/v1/session", CreateSession.Describe(owner));
    }

    private static ProblemHttpResult AlreadyDone() => Problems.Refuse(
        StatusCodes.Status409Conflict,
        "already-set-up",
        "This site has an owner",
        "Set-up is done once. Sign in instead.");

    private static bool IsRightToken(string? given, string? configured, byte[]? storedHash)
    {
        if (string.IsNullOrEmpty(given))
        {
            return false;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(given.Trim()));
        var right = string.IsNullOrEmpty(configured) ? storedHash : SHA256.HashData(Encoding.UTF8.GetBytes(configured));
        return right is not null && CryptographicOperations.FixedTimeEquals(hash, right);
    }
}

/// <summary>Settings <c>Setup__*</c>.</summary>
public sealed class SetupOptions
{
    /// <summary>What set-up asks for outside development; made and printed by <c>migrate</c> when empty.</summary>
    public string? Token { get; set; }
}

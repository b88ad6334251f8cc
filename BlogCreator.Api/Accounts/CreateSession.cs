using System.Diagnostics.Metrics;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Api.Platform.RateLimits;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Accounts;

/// <summary>Signs in with e-mail and password; answers with the cookie.</summary>
public static class CreateSession
{
    // Compared with when there is no such person, so that the answer takes as long.
    private static readonly Lazy<string> NobodysHash = new(() => new PasswordHasher<Person>().HashPassword(null!, Guid.NewGuid().ToString()));

    internal static readonly Counter<long> SignIns = Telemetry.Meter.CreateCounter<long>("sign_ins_total", description: "Tries to sign in with a password, by how they ended");

    public static async Task<Results<Ok<SessionDetails>, ProblemHttpResult>> Handle(
        SignInRequest request,
        HttpContext context,
        BlogDb db,
        IPasswordHasher<Person> hasher,
        SpendQuota quota,
        SecurityEvents security,
        TimeProvider clock,
        CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var email = Person.Normalize(request.Email);
        // By a hash: the address itself has no business outside the database.
        var account = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email)).AsSpan(0, 16));
        if (await quota.Spend(context, account, (RateLimit.SignInToAccount, "")) is { IsAllowed: false } spent)
        {
            return spent.Refuse(context);
        }

        var person = await db.People.SingleOrDefaultAsync(person => person.NormalizedEmail == email, cancel);
        var answer = hasher.VerifyHashedPassword(person!, person?.PasswordHash ?? NobodysHash.Value, request.Password);
        if (person is null)
        {
            security.Note(SecurityEvent.SignInFailed, "unknown-account");
            return Wrong();
        }

        // The password takes long to compare. Tries that came at the same moment are counted one after the other, so that no
        // more of them get an answer than would have had it in a row.
        await using var transaction = await db.BeginAlone(person.Id, cancel);
        await db.Entry(person).ReloadAsync(cancel);
        if (person.IsLocked(now))
        {
            SignIns.Add(1, new KeyValuePair<string, object?>("outcome", "locked"));
            security.Note(SecurityEvent.SignInFailed, "locked", person.Id);
            return Problems.Refuse(
                StatusCodes.Status429TooManyRequests,
                "locked",
                "Too many wrong passwords",
                "This account is closed for a quarter of an hour. Nothing was lost; try again then.");
        }

        if (answer == PasswordVerificationResult.Failed)
        {
            person.CountFailedSignIn(now);
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            security.Note(SecurityEvent.SignInFailed, "wrong-password", person.Id);
            if (person.IsLocked(now))
            {
                security.Note(SecurityEvent.SignInLocked, "maxretries", person.Id);
            }

            return Wrong();
        }

        if (answer == PasswordVerificationResult.SuccessRehashNeeded)
        {
            person.SetPasswordHash(hasher.HashPassword(person, request.Password));
        }

        var failedBefore = person.FailedSignIns > 0 || person.LockedUntil is not null;
        person.CountSignIn();
        var session = await SignIn(context, db, person, now, cancel);
        await transaction.CommitAsync(cancel);
        SignIns.Add(1, new KeyValuePair<string, object?>("outcome", "success"));
        security.Note(failedBefore ? SecurityEvent.SignedInAfterFailures : SecurityEvent.SignedIn, person: person.Id);
        security.Note(SecurityEvent.SessionCreated, "password", person.Id, session.ToString());
        return TypedResults.Ok(Describe(person));
    }

    /// <returns>The session's id, which is not what the cookie holds and opens nothing.</returns>
    internal static async Task<Guid> SignIn(HttpContext context, BlogDb db, Person person, DateTimeOffset now, CancellationToken cancel)
    {
        var session = Session.Create(person.Id, now);
        db.Sessions.Add(session);
        await db.SaveChangesAsync(cancel);
        var identity = new ClaimsIdentity(
            [
                new(ClaimTypes.NameIdentifier, person.Id.ToString()),
                new(ClaimTypes.Name, person.Name),
                new(ClaimTypes.Email, person.Email),
                new(SharedSignIn.SessionClaim, session.Id.ToString()),
            ],
            SharedSignIn.Scheme);
        await context.SignInAsync(SharedSignIn.Scheme, new ClaimsPrincipal(identity), new AuthenticationProperties { IsPersistent = true });
        return session.Id;
    }

    internal static SessionDetails Describe(Person person) => new(person.Id, person.Email, person.Name, person.Handle, person.Bio, person.IsOwner);

    private static ProblemHttpResult Wrong()
    {
        SignIns.Add(1, new KeyValuePair<string, object?>("outcome", "refused"));
        return Problems.Refuse(
            StatusCodes.Status401Unauthorized,
            "wrong-credentials",
            "E-mail or password is wrong",
            "Check both and try again.");
    }
}

namespace BlogCreator.Api.Accounts;

/// <summary>Someone who may sign in. The first is the owner of the site.</summary>
public sealed class Person
{
    private const int LongestName = 60;

    private Person()
    {
    }

    public Guid Id { get; private set; }

    /// <summary>As typed; compared by <see cref="NormalizedEmail"/>.</summary>
    public string Email { get; private set; } = "";

    public string NormalizedEmail { get; private set; } = "";

    /// <summary>What readers see below a post.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The author's part of an address: <c>/authors/{handle}</c>.</summary>
    public string Handle { get; private set; } = "";

    /// <summary>A few sentences about the author, for readers.</summary>
    public string Bio { get; private set; } = "";

    public bool IsOwner { get; private set; }

    public string PasswordHash { get; private set; } = "";

    public int FailedSignIns { get; private set; }

    public DateTimeOffset? LockedUntil { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public static Person CreateOwner(string email, DateTimeOffset now)
    {
        var name = NameFrom(email);
        return new()
        {
            Id = Guid.CreateVersion7(now),
            Email = email.Trim(),
            NormalizedEmail = Normalize(email),
            Name = name,
            Handle = string.Concat(name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')).Trim('-') is { Length: > 0 } handle ? handle : "author",
            IsOwner = true,
            CreatedAt = now,
        };
    }

    public static string Normalize(string email) => email.Trim().ToUpperInvariant();

    public void SetPasswordHash(string hash) => PasswordHash = hash;

    public void Introduce(string name, string handle, string bio) => (Name, Handle, Bio) = (name, handle, bio);

    public bool IsLocked(DateTimeOffset now) => LockedUntil > now;

    /// <summary>Ten wrong passwords in a row close the account for a quarter of an hour.</summary>
    public void CountFailedSignIn(DateTimeOffset now)
    {
        FailedSignIns++;
        if (FailedSignIns >= 10)
        {
            FailedSignIns = 0;
            LockedUntil = now + TimeSpan.FromMinutes(15);
        }
    }

    public void CountSignIn()
    {
        FailedSignIns = 0;
        LockedUntil = null;
    }

    /// <summary>"ada.lovelace@example.org" signs as "Ada Lovelace".</summary>
    private static string NameFrom(string email)
    {
        var words = email.Trim().Split('@')[0].Split(['.', '_', '-', '+'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var name = string.Join(' ', words.Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        // An address has room for longer names.
        return name.Length > LongestName ? name[..LongestName].TrimEnd() : name.Length > 0 ? name : "Author";
    }
}

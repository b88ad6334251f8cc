using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace BlogCreator.Api.Accounts;

/// <summary>A key for programs: <c>bc_live_{id}_{secret}</c>. Only the SHA-256 of its 256-bit secret is stored.</summary>
public sealed class ApiKey
{
    private const string Prefix = "bc_live_";

    private ApiKey()
    {
    }

    public Guid Id { get; private set; }

    public Guid PersonId { get; private set; }

    public string Name { get; private set; } = "";

    public byte[] Hash { get; private set; } = [];

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset? LastUsedAt { get; private set; }

    /// <returns>The key to store, and its text, which is never seen again.</returns>
    public static (ApiKey Key, string Text) Create(Guid personId, string name, DateTimeOffset now)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var key = new ApiKey
        {
            Id = Guid.CreateVersion7(now),
            PersonId = personId,
            Name = name.Trim(),
            Hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret)),
            CreatedAt = now,
        };
        return (key, $"{Prefix}{key.Id:n}_{secret}");
    }

    public static bool TryParse(string text, out Guid id, out string secret)
    {
        id = default;
        secret = "";
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length < Prefix.Length + 34 || text[Prefix.Length + 32] != '_')
        {
            return false;
        }

        secret = text[(Prefix.Length + 33)..];
        return Guid.TryParseExact(text.AsSpan(Prefix.Length, 32), "n", out id);
    }

    public bool Matches(string secret) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(secret)), Hash);

    public bool Use(DateTimeOffset now)
    {
        if (now - LastUsedAt < TimeSpan.FromMinutes(1))
        {
            return false;
        }

        LastUsedAt = now;
        return true;
    }
}

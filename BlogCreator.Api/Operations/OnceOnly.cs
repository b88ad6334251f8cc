using System.Security.Cryptography;
using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>A request that came with an <c>Idempotency-Key</c>, and what it made. Kept for a day.</summary>
public sealed class RequestKey
{
    private RequestKey()
    {
    }

    public Guid OwnerId { get; private set; }

    public string Key { get; private set; } = "";

    /// <summary>SHA-256 of address and content: the same key with other words is a mistake of the sender.</summary>
    public string Hash { get; private set; } = "";

    public Guid Made { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    internal static RequestKey Create(Guid ownerId, string key, string hash, Guid made, DateTimeOffset now) =>
        new() { OwnerId = ownerId, Key = key, Hash = hash, Made = made, CreatedAt = now };
}

/// <summary>
/// Makes a thing once however often it is asked for: whoever got no answer sends the same request with the same
/// <c>Idempotency-Key</c> again and is told of what was made. The key is stored with the thing or not at all.
/// </summary>
public sealed class OnceOnly
{
    private const string Header = "Idempotency-Key";
    private const int LongestKey = 200;

    private readonly Guid _ownerId;
    private readonly string? _key;
    private readonly string _hash;

    private OnceOnly(Guid ownerId, string? key, string hash) => (_ownerId, _key, _hash) = (ownerId, key, hash);

    public static OnceOnly From(HttpRequest http, Guid ownerId, object request)
    {
        ArgumentNullException.ThrowIfNull(http);
        var key = http.Headers[Header].ToString();
        return key.Length == 0
            ? new OnceOnly(ownerId, null, "")
            : new OnceOnly(ownerId, key, Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { path = http.Path.Value, request }, BlogApi.Json))));
    }

    /// <returns>What this request made before, or why it is refused; both null for one that is new or has no key.</returns>
    public async Task<(Guid? Made, ProblemHttpResult? Refusal)> Before(BlogDb db, CancellationToken cancel)
    {
        if (_key is null)
        {
            return (null, null);
        }

        if (_key.Length > LongestKey || !_key.All(letter => letter is > ' ' and <= '~'))
        {
            return (null, Problems.Invalid("bad-idempotency-key", $"An idempotency key is 1 to {LongestKey} printable ASCII characters without spaces."));
        }

        var before = await db.RequestKeys.AsNoTracking().SingleOrDefaultAsync(row => row.OwnerId == _ownerId && row.Key == _key, cancel);
        return before switch
        {
            null => (null, null),
            _ when before.Hash == _hash => (before.Made, null),
            _ => (null, Problems.Refuse(
                StatusCodes.Status422UnprocessableEntity,
                "idempotency-key-reused",
                "This key was used for another request",
                "A key stands for one request. Send this one with a key of its own.")),
        };
    }

    /// <summary>Stored with what is made; a second request at the same moment fails to store both.</summary>
    public void Note(BlogDb db, Guid made, DateTimeOffset now)
    {
        if (_key is not null)
        {
            db.RequestKeys.Add(RequestKey.Create(_ownerId, _key, _hash, made, now));
        }
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>
/// AWS's Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. Enough
/// of it for a request without a path and a query, which is all that is asked here.
/// </summary>
internal static class AwsSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <param name="headers">Those to sign beside the host and what this adds.</param>
    /// <returns>The headers to send beside them.</returns>
    public static Dictionary<string, string> Sign(
        string method, Uri url, IReadOnlyDictionary<string, string> headers, byte[] body, AwsKey key, string region, string service, DateTimeOffset now)
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var added = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["X-Amz-Date"] = time };
        if (key.SessionToken is not null)
        {
            added["X-Amz-Security-Token"] = key.SessionToken;
        }

        var signed = headers.Concat(added).Append(new("host", url.Authority))
            .Select(header => (Name: header.Key.ToLowerInvariant(), Value: header.Value.Trim()))
            .OrderBy(header => header.Name, StringComparer.Ordinal)
            .ToList();
        var names = string.Join(';', signed.Select(header => header.Name));
        var canonical = $"{method}\n/\n\n{string.Concat(signed.Select(header => $"{header.Name}:{header.Value}\n"))}\n{names}\n{Hash(body)}";
        var scope = $"{time[..8]}/{region}/{service}/aws4_request";
        var toSign = $"{Algorithm}\n{time}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        var derived = new[] { time[..8], region, service, "aws4_request" }.Aggregate(Encoding.UTF8.GetBytes("AWS4" + key.SecretAccessKey), Mac);
        added["Authorization"] = $"{Algorithm} Credential={key.AccessKeyId}/{scope}, SignedHeaders={names}, Signature={Convert.ToHexStringLower(Mac(derived, toSign))}";
        return added;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}

/// <param name="EndsAt">Null for a key that stays.</param>
internal sealed record AwsKey(string AccessKeyId, string SecretAccessKey, string? SessionToken = null, DateTimeOffset? EndsAt = null);

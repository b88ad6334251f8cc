using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace BlogCreator.Api.Platform.RateLimits;

/// <summary><c>gcra.lua</c>, sent once and called by its hash from then on; sent again to a server that has forgotten it.</summary>
internal static class LimitScript
{
    private static readonly string Text = Read();

    // How Redis names a script; nothing rests on its strength.
#pragma warning disable CA5350
    private static readonly byte[] Hash = SHA1.HashData(Encoding.UTF8.GetBytes(Text));
#pragma warning restore CA5350

    public static async Task<long[]?> Run(IDatabase database, RedisKey[] keys, RedisValue[] values)
    {
        RedisResult answer;
        try
        {
            answer = await database.ScriptEvaluateAsync(Hash, keys, values);
        }
        catch (RedisServerException unknown) when (unknown.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            answer = await database.ScriptEvaluateAsync(Text, keys, values);
        }

        return (long[]?)answer;
    }

    private static string Read()
    {
        using var stream = typeof(LimitScript).Assembly.GetManifestResourceStream("RateLimits.gcra.lua")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// The keys of the sign-in cookies, in Redis for every replica of Api and Web, and in a directory too where one is named.
/// What only one of them has is put into the other; what was seen once is put back into a Redis that lost it. Without an
/// answer from Redis the directory is enough.
/// </summary>
internal sealed partial class SharedKeys(IXmlRepository redis, IXmlRepository? directory, ILogger<SharedKeys> logger) : IXmlRepository
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, XElement> _known = [];

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_lock)
        {
            var kept = directory is null ? null : Read(directory);
            HashSet<string>? shared = null;
            try
            {
                shared = ReadShared();
            }
            catch (Exception away) when (IsAway(away) && (kept is not null || _known.Count > 0))
            {
                LogRedisUnread(logger, away.GetType().Name);
            }

            foreach (var (name, element) in _known)
            {
                if (shared?.Contains(name) is false)
                {
                    TryShare(element, name);
                }

                if (kept?.Contains(name) is false)
                {
                    directory!.StoreElement(element, name);
                }
            }

            return [.. _known.Values.Select(element => new XElement(element))];
        }
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_lock)
        {
            if (directory is null)
            {
                // Nowhere else to keep it: a key that no other replica will ever know must not be used.
                redis.StoreElement(element, friendlyName);
            }
            else
            {
                directory.StoreElement(element, NameOf(element));
                TryShare(element, friendlyName);
            }

            _known[NameOf(element)] = new XElement(element);
        }
    }

    /// <summary>Asks twice: at a start the first answer may be late, because everything starts.</summary>
    private HashSet<string> ReadShared()
    {
        try
        {
            return Read(redis);
        }
        catch (RedisTimeoutException)
        {
            return Read(redis);
        }
    }

    private HashSet<string> Read(IXmlRepository store)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in store.GetAllElements())
        {
            var name = NameOf(element);
            names.Add(name);
            _known.TryAdd(name, element);
        }

        return names;
    }

    private void TryShare(XElement element, string name)
    {
        try
        {
            redis.StoreElement(element, name);
        }
        catch (Exception away) when (IsAway(away))
        {
            LogRedisUnwritten(logger, away.GetType().Name);
        }
    }

    /// <summary>Also a safe file name: letters, digits and hyphens.</summary>
    private static string NameOf(XElement element) =>
        Guid.TryParse(element.Attribute("id")?.Value, out var id)
            ? $"key-{id}"
            : "part-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting))).AsSpan(0, 16));

    private static bool IsAway(Exception e) => e is RedisException or TimeoutException or ObjectDisposedException or XmlException;

    [LoggerMessage(Level = LogLevel.Warning, Message = "SharedKeysUnread: Redis did not give the keys of the sign-in cookies ({Reason}); those of the directory are used")]
    private static partial void LogRedisUnread(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "SharedKeysUnwritten: Redis did not take a key of the sign-in cookies ({Reason}); it is tried again")]
    private static partial void LogRedisUnwritten(ILogger logger, string reason);
}

using System.Globalization;

namespace BlogCreator.Web.Shell;

/// <summary>
/// How far what readers see has come, as far as this process knows. Whatever is kept is kept under the stamp that held
/// before it was made: something older can then never stand under a newer one. While Api's changes are not followed the
/// stamp is good for two seconds only.
/// </summary>
public sealed class ContentVersion(TimeProvider clock)
{
    private const int GuessSeconds = 2;

    // Pages of another build look different; a cache that outlives the process has to know.
    private static readonly string Build = typeof(ContentVersion).Assembly.ManifestModule.ModuleVersionId.ToString("n")[..8];

    private readonly Lock _lock = new();
    private long _number;
    private int _streams;
    private string? _stamp;

    public long Number
    {
        get
        {
            lock (_lock)
            {
                return _number;
            }
        }
    }

    public string Stamp
    {
        get
        {
            if (Volatile.Read(ref _stamp) is { } stamp)
            {
                return stamp;
            }

            lock (_lock)
            {
                return _stamp ?? string.Create(CultureInfo.InvariantCulture, $"{Build}.{_streams}.{_number}.{clock.GetTimestamp() / (clock.TimestampFrequency * GuessSeconds)}");
            }
        }
    }

    /// <summary>Somebody told of a change with this number.</summary>
    public void Advance(long number)
    {
        lock (_lock)
        {
            if (number > _number)
            {
                _number = number;
                if (_stamp is not null)
                {
                    _stamp = Followed();
                }
            }
        }
    }

    /// <summary>
    /// Changes are followed from here on. What was kept before counts for nothing: Api may have come back in another version,
    /// or with a database from a backup, whose numbers are lower.
    /// </summary>
    public void Follow(long number)
    {
        lock (_lock)
        {
            _streams++;
            _number = number;
            _stamp = Followed();
        }
    }

    /// <summary>True when they were followed until now.</summary>
    public bool Lose()
    {
        lock (_lock)
        {
            var followed = _stamp is not null;
            _stamp = null;
            return followed;
        }
    }

    private string Followed() => string.Create(CultureInfo.InvariantCulture, $"{Build}.{_streams}.{_number}");
}

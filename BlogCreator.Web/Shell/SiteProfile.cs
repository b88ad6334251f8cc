using BlogCreator.Contracts;

namespace BlogCreator.Web.Shell;

/// <summary>The site's name and state, which every page needs and which hardly ever changes: remembered until something changes.</summary>
public sealed class SiteProfile(TimeProvider clock, ContentVersion version)
{
    private static readonly TimeSpan Hopeless = TimeSpan.FromSeconds(2);

    private Remembered? _last;
    private Failure? _failed;

    /// <summary>What to put on a page that has to be made even when Api is away.</summary>
    public SiteDetails? LastKnown => _last?.Site;

    public string LastKnownName => _last?.Site.Name ?? "Blog Creator";

    /// <summary>What was just saved is shown at once.</summary>
    public void Remember(SiteDetails site) => _last = new Remembered(site, version.Stamp);

    public async Task<SiteDetails> Get(BlogApi api, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(api);
        var now = clock.GetTimestamp();
        var stamp = version.Stamp;
        if (_last is { } last && last.Site.SetUp && last.Stamp == stamp)
        {
            return last.Site;
        }

        // The parts of one page ask for the same; when Api is away, only the first of them waits for it.
        if (_failed is { } failed && clock.GetElapsedTime(failed.At, now) < Hopeless)
        {
            return _last?.Site ?? throw new HttpRequestException(failed.Why.Message, failed.Why);
        }

        try
        {
            var site = await api.GetSite(cancel);
            _last = new Remembered(site, stamp);
            _failed = null;
            return site;
        }
        catch (Exception e) when (ApiAway.Explains(e))
        {
            _failed = new Failure(e, clock.GetTimestamp());
            if (_last is { } stale)
            {
                return stale.Site;
            }

            throw;
        }
    }

    private sealed record Remembered(SiteDetails Site, string Stamp);

    private sealed record Failure(Exception Why, long At);
}

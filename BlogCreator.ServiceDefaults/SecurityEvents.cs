using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// Writes security events, which go to a data stream of their own and are kept longer. They name a person by their id, and
/// the address that a request came from; never an e-mail address, a name or what somebody typed.
/// </summary>
public sealed class SecurityEvents(ILoggerFactory loggers, IHttpContextAccessor requests, TimeProvider clock)
{
    public const string Category = "BlogCreator.Security";

    private const int MostRemembered = 10_000;
    private static readonly TimeSpan OftenEnough = TimeSpan.FromMinutes(1);

    private readonly ILogger _log = loggers.CreateLogger(Category);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _said = new(StringComparer.Ordinal);

    /// <param name="reason">A word of ours that tells cases of an event apart, such as <c>wrong-password</c>.</param>
    /// <param name="person">Whom it is about, where that is not whoever is signed in.</param>
    /// <param name="subject">What it is about: the id of a key, a document, a post; or the name of a limit or an endpoint.</param>
    public void Note(SecurityEvent what, string? reason = null, Guid? person = null, string? subject = null)
    {
        ArgumentNullException.ThrowIfNull(what);
        if (_log.IsEnabled(what.Level))
        {
            var context = requests.HttpContext;
            Write(new SecurityEntry(
                what,
                reason,
                // Whoever tries to sign in is not whoever is signed in.
                person ?? (context is null || what.Category == SecurityEvent.Authentication ? null : RequestFacts.PersonOf(context)),
                context is null ? null : RequestFacts.AddressOf(context)?.ToString(),
                subject));
        }
    }

    /// <summary>The same once a minute for each address, of IPv6 for each /64: what a stranger can repeat at will must not fill the disk.</summary>
    public void NoteSeldom(SecurityEvent what, string? reason = null, Guid? person = null, string? subject = null)
    {
        ArgumentNullException.ThrowIfNull(what);
        var neighbourhood = VisitorAddress.Of(requests.HttpContext?.Connection.RemoteIpAddress);
        if (IsNews($"{what.Name} {reason} {person} {neighbourhood} {subject}"))
        {
            Note(what, reason, person, subject);
        }
    }

    private bool IsNews(string said)
    {
        lock (_lock)
        {
            if (_said.TryGetValue(said, out var at) && clock.GetElapsedTime(at) < OftenEnough)
            {
                return false;
            }

            if (_said.Count >= MostRemembered)
            {
                // Not all: whoever fills it would have what everybody else repeats written again.
                foreach (var old in _said.OrderBy(entry => entry.Value).Take(MostRemembered / 2).Select(entry => entry.Key).ToList())
                {
                    _said.Remove(old);
                }
            }

            _said[said] = clock.GetTimestamp();
            return true;
        }
    }

    private void Write(SecurityEntry entry) =>
        _log.Log(entry.What.Level, new EventId(0, entry.What.Name), entry, null, static (entry, _) => entry.ToString());
}

/// <summary>Says when a service begins and ends. Not in development, where it would only be in the way.</summary>
internal sealed class NoteStartAndStop(SecurityEvents security, IHostApplicationLifetime lifetime, IHostEnvironment environment) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!environment.IsDevelopment())
        {
            lifetime.ApplicationStarted.Register(() => security.Note(SecurityEvent.Started));
            lifetime.ApplicationStopping.Register(() => security.Note(SecurityEvent.Stopped));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

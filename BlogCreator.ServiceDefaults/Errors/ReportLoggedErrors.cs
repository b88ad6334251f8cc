using Microsoft.Extensions.Logging;
using Sentry;

namespace BlogCreator.ServiceDefaults.Errors;

/// <summary>
/// What our own code logs as an error is an event, since nobody else would tell of it: jobs, and what works in the background.
/// Parts of the framework log as an error what we then handle; of theirs only what is critical counts, such as a service that ends.
/// The SDK's own provider follows each scope of each request, which costs a quarter of its time.
/// </summary>
internal sealed class ReportLoggedErrors(IHub hub) : ILoggerProvider
{
    private const string OwnNames = "BlogCreator.";

    public ILogger CreateLogger(string categoryName) =>
        new Log(hub, categoryName, categoryName switch
        {
            // What strangers try is no error of ours, and has a stream of its own.
            SecurityEvents.Category => LogLevel.None,
            _ when categoryName.StartsWith(OwnNames, StringComparison.Ordinal) => LogLevel.Error,
            _ => LogLevel.Critical,
        });

    public void Dispose()
    {
        // The hub is not ours.
    }

    private sealed class Log(IHub hub, string category, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var report = new SentryEvent(exception)
            {
                Logger = category,
                Level = logLevel == LogLevel.Critical ? SentryLevel.Fatal : SentryLevel.Error,
            };
            foreach (var (name, value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
            {
                // The sentence with its placeholders. Of the values only this one, which comes from a closed set.
                if (name == "{OriginalFormat}")
                {
                    report.Message = new SentryMessage { Message = value as string };
                }
                else if (name == "Kind" && value is string kind)
                {
                    report.SetTag("job.kind", kind);
                }
            }

            ReportErrors.Capture(hub, report);
        }
    }
}

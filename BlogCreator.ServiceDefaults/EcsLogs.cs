using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// Writes each entry as an <see cref="EcsLine"/> to standard output. In place of the framework's console, which does not
/// count what it drops: whoever reads our output may be slow or gone, and no request waits for them. What does not fit into
/// the queue is lost and counted in <c>logs_dropped_total</c>, and a line says so once there is room again.
/// </summary>
[ProviderAlias("Console")]
internal sealed class EcsLogs : ILoggerProvider, ISupportExternalScope
{
    public const string MeterName = "BlogCreator.Logs";

    private const int MostLines = 10_000;
    private const long MostBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(3);

    private readonly EcsLine _line;
    private readonly Stream _output;
    private readonly BlockingCollection<byte[]> _queue = new(MostLines);
    private readonly Thread _writer;
    private readonly ILogger _own;
    private IExternalScopeProvider? _scopes;
    private long _waiting;
    private long _lost;
    private long _dropped;

    public EcsLogs(EcsLine line, IMeterFactory meters, Stream output)
    {
        (_line, _output) = (line, output);
        // Asked for, not told: this is made before anybody listens, and the series has to be there from the start.
        meters.Create(MeterName).CreateObservableCounter("logs.dropped", () => Dropped, description: "Log lines that were not written because the output was not read");
        _own = CreateLogger(typeof(EcsLogs).FullName!);
        // Not of the pool: a write may take for ever.
        _writer = new Thread(WriteAll) { IsBackground = true, Name = "logs" };
        _writer.Start();
        AppDomain.CurrentDomain.UnhandledException += OnCrash;
    }

    /// <summary>Since the start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <summary>Waits a moment for what is still to be written, not for a reader that does not read.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnCrash;
        if (!_queue.IsAddingCompleted)
        {
            _queue.CompleteAdding();
            _writer.Join(LastWords);
        }
    }

    private void OnCrash(object sender, UnhandledExceptionEventArgs crash) => Dispose();

    private void Add(byte[] line)
    {
        if (Interlocked.Add(ref _waiting, line.Length) > MostBytes || !TryAdd(line))
        {
            Interlocked.Add(ref _waiting, -line.Length);
            Interlocked.Increment(ref _lost);
            Interlocked.Increment(ref _dropped);
        }
    }

    private bool TryAdd(byte[] line)
    {
        try
        {
            return _queue.TryAdd(line);
        }
        catch (InvalidOperationException)
        {
            // After the end: nobody writes any more.
            return false;
        }
    }

    private void WriteAll()
    {
        foreach (var line in _queue.GetConsumingEnumerable())
        {
            TryWrite(line);
            Interlocked.Add(ref _waiting, -line.Length);
            // Not into a queue that is still as good as full: the news would take the place of what it tells about.
            if (Volatile.Read(ref _lost) > 0 && _queue.Count < MostLines / 2)
            {
                SayDropped(_own, Interlocked.Exchange(ref _lost, 0), null);
            }
        }
    }

    private void TryWrite(byte[] line)
    {
        try
        {
            _output.Write(line);
            _output.Flush();
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // Nobody is there to read it, nor to be told.
            Interlocked.Increment(ref _dropped);
        }
    }

    private static readonly Action<ILogger, long, Exception?> SayDropped = LoggerMessage.Define<long>(
        LogLevel.Warning, new EventId(1, "LogDropped"), "Dropped {Count} lines because the output was not read in time");

    private sealed class Logger(EcsLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logs._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                logs.Add(logs._line.Of(logLevel, category, eventId, state, exception, formatter, logs._scopes));
            }
        }
    }
}

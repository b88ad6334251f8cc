using System.Diagnostics;
using OpenTelemetry;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// Sends the spans of the traces that were chosen, and of the others those in which something failed: with everything that
/// this service did for the same request or job. What waits for that to be known hangs on the first span and goes with it.
/// Composite, since only so does the exporter learn which service it speaks for.
/// </summary>
internal sealed class KeepErrors(BaseProcessor<Activity> export) : CompositeProcessor<Activity>([export])
{
    private const string Waiting = "waiting spans";
    private const int MostWaiting = 500;

    public override void OnEnd(Activity data)
    {
        if (data.StatusDescription is not null)
        {
            // The message of an exception, which may hold what a stranger wrote or a key; its type stands in a field of its own.
            data.SetStatus(data.Status);
        }

        if (data.Recorded)
        {
            export.OnEnd(data);
            return;
        }

        var first = First(data);
        var rest = first.GetCustomProperty(Waiting) as WaitingSpans;
        if (first == data)
        {
            if (HasFailed(data) || rest?.HasFailed is true)
            {
                foreach (var span in rest?.TakeAll() ?? [])
                {
                    Send(span);
                }

                Send(data);
            }
        }
        else if (!first.IsStopped)
        {
            if (rest is null)
            {
                // Two that end at the same moment must not each bring a list.
                lock (first)
                {
                    rest = first.GetCustomProperty(Waiting) as WaitingSpans;
                    if (rest is null)
                    {
                        first.SetCustomProperty(Waiting, rest = new WaitingSpans());
                    }
                }
            }

            rest.Add(data, HasFailed(data));
        }
        else if (first.Recorded || HasFailed(data))
        {
            // It went on after its request had ended.
            Send(data);
        }
    }

    private void Send(Activity span)
    {
        span.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
        export.OnEnd(span);
    }

    private static Activity First(Activity span)
    {
        while (span.Parent is { } parent)
        {
            span = parent;
        }

        return span;
    }

    private static bool HasFailed(Activity span) => span.Status is ActivityStatusCode.Error;

    private sealed class WaitingSpans
    {
        private readonly Lock _lock = new();
        private List<Activity>? _spans = [];

        public bool HasFailed { get; private set; }

        public void Add(Activity span, bool hasFailed)
        {
            lock (_lock)
            {
                HasFailed |= hasFailed;
                // What failed has to be among them, however late it comes.
                if (_spans is not null && _spans.Count < (hasFailed ? 2 * MostWaiting : MostWaiting))
                {
                    _spans.Add(span);
                }
            }
        }

        public List<Activity> TakeAll()
        {
            lock (_lock)
            {
                var all = _spans ?? [];
                _spans = null;
                return all;
            }
        }
    }
}

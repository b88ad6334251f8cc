using System.Diagnostics;
using OpenTelemetry.Trace;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// Takes a share of the traces, chosen by their id, so that every service takes the same ones. Of the others requests, jobs
/// and their steps are written down all the same and not sent: <see cref="KeepErrors"/> sends those that failed. Queries and
/// calls are not: to write them down costs as much as all the rest, and what failed because of one says so itself.
/// </summary>
internal sealed class SampleTraces(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _share = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        if (parent.TraceId == default)
        {
            // A query of our own that nobody asked for, such as looking for work each second, tells nothing.
            return samplingParameters.Kind is ActivityKind.Client ? new(SamplingDecision.Drop) : Decide(samplingParameters);
        }

        if (Activity.Current is { IsAllDataRequested: false } current && current.SpanId == parent.SpanId)
        {
            // Part of what is not traced, such as a question after our health.
            return new(SamplingDecision.Drop);
        }

        return parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? new(SamplingDecision.RecordAndSample) : Decide(samplingParameters);
    }

    private SamplingResult Decide(in SamplingParameters request) =>
        new(_share.ShouldSample(request).Decision is SamplingDecision.RecordAndSample ? SamplingDecision.RecordAndSample
            : request.Kind is ActivityKind.Client ? SamplingDecision.Drop
            : SamplingDecision.RecordOnly);
}

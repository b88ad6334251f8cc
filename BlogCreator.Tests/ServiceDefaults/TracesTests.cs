using System.Collections.Concurrent;
using System.Diagnostics;
using BlogCreator.ServiceDefaults;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BlogCreator.Tests.ServiceDefaults;

/// <summary>Which spans are sent, asked of the SDK's own pipeline.</summary>
public sealed class TracesTests : IDisposable
{
    private readonly ActivitySource _source = new($"traces.{Guid.NewGuid():n}");
    private readonly Sent _sent = new();

    public void Dispose()
    {
        _source.Dispose();
        _sent.Dispose();
    }

    [Fact]
    public void Of_what_was_not_chosen_nothing_is_sent_that_went_well()
    {
        using (Provider(0))
        using (_source.StartActivity("request", ActivityKind.Server))
        {
            Step("step").Dispose();
        }

        Assert.Empty(_sent.Names);
    }

    [Fact]
    public void A_request_that_fails_is_sent_with_its_steps_and_without_its_queries()
    {
        using (Provider(0))
        using (var request = _source.StartActivity("request", ActivityKind.Server)!)
        {
            using (_source.StartActivity("step"))
            {
                Assert.Null(_source.StartActivity("database", ActivityKind.Client));
            }

            request.SetStatus(ActivityStatusCode.Error);
        }

        Assert.Equal(["request", "step"], _sent.Names.Order(StringComparer.Ordinal));
        Assert.Single(_sent.Spans.Select(span => span.TraceId).Distinct());
    }

    [Fact]
    public void A_step_that_failed_is_enough()
    {
        using (Provider(0))
        using (_source.StartActivity("job", ActivityKind.Consumer))
        {
            Step("well").Dispose();
            using var step = Step("step");
            step.SetStatus(ActivityStatusCode.Error);
        }

        Assert.Equal(["job", "step", "well"], _sent.Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_goes_on_after_its_request_follows_what_became_of_it()
    {
        using (Provider(0))
        {
            var request = _source.StartActivity("request", ActivityKind.Server)!;
            var later = Step("later");
            request.SetStatus(ActivityStatusCode.Error);
            request.Dispose();
            later.Dispose();

            // Nobody's child any more.
            Activity.Current = null;
            var well = _source.StartActivity("well", ActivityKind.Server)!;
            var never = Step("never");
            well.Dispose();
            never.Dispose();
        }

        Assert.Equal(["later", "request"], _sent.Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_another_service_chose_is_sent_from_here_too()
    {
        var chosen = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
        using (Provider(0))
        using (_source.StartActivity("request", ActivityKind.Server, chosen))
        {
            Ask("database").Dispose();
        }

        Assert.Equal(["database", "request"], _sent.Names.Order(StringComparer.Ordinal));
        Assert.All(_sent.Spans, span => Assert.Equal(chosen.TraceId, span.TraceId));
    }

    [Fact]
    public void Two_services_choose_the_same_traces_and_about_the_share_that_was_asked_for()
    {
        using var one = Provider(0.1);
        using var other = new ActivitySource(_source.Name + ".other");
        using var elsewhere = new Sent();
        using var second = Sdk.CreateTracerProviderBuilder().AddSource(other.Name).SetSampler(new SampleTraces(0.1)).AddProcessor(new KeepErrors(new SimpleActivityExportProcessor(elsewhere))).Build();
        for (var i = 0; i < 3000; i++)
        {
            using var request = _source.StartActivity("request", ActivityKind.Server)!;
            // As it crosses the wire: the id, and that it was not chosen where it was not.
            using var called = other.StartActivity("called", ActivityKind.Server, new ActivityContext(request.TraceId, request.SpanId, request.ActivityTraceFlags, isRemote: true));
        }

        // Seven standard deviations around 300.
        Assert.InRange(_sent.Spans.Count, 185, 415);
        Assert.Equal(_sent.Spans.Select(span => span.TraceId).ToHashSet(), elsewhere.Spans.Select(span => span.TraceId).ToHashSet());
    }

    [Fact]
    public void A_query_that_nobody_asked_for_and_the_parts_of_what_is_not_traced_are_left_out()
    {
        using (Provider(1))
        {
            using (var work = _source.StartActivity("looking for work", ActivityKind.Client))
            {
                Assert.True(work is null or { IsAllDataRequested: false, Recorded: false });
            }

            using var health = _source.StartActivity("health", ActivityKind.Server)!;
            health.IsAllDataRequested = false;
            using var database = _source.StartActivity("database", ActivityKind.Client);
            Assert.True(database is null or { IsAllDataRequested: false, Recorded: false });
        }

        Assert.Empty(_sent.Names);
    }

    [Fact]
    public void What_is_sent_says_which_service_it_is_of()
    {
        using (Provider(0))
        using (var request = _source.StartActivity("request", ActivityKind.Server)!)
        {
            request.SetStatus(ActivityStatusCode.Error);
        }

        Assert.Contains(_sent.Resource!.Attributes, attribute => attribute is { Key: "service.name", Value: "the-service" });
    }

    [Fact]
    public void Of_many_spans_the_one_that_failed_is_sent_however_late_it_came()
    {
        using (Provider(0))
        using (_source.StartActivity("job", ActivityKind.Consumer))
        {
            for (var i = 0; i < 600; i++)
            {
                Step("step").Dispose();
            }

            using var last = Step("the last");
            last.SetStatus(ActivityStatusCode.Error);
        }

        Assert.Contains("the last", _sent.Names);
        Assert.InRange(_sent.Spans.Count, 100, 600);
    }

    [Fact]
    public void What_a_failure_says_stays_here()
    {
        using (Provider(1))
        using (var request = _source.StartActivity("request", ActivityKind.Server)!)
        {
            request.SetStatus(ActivityStatusCode.Error, "wrong key sk-12345");
        }

        Assert.Equal(ActivityStatusCode.Error, Assert.Single(_sent.Spans).Status);
        Assert.Null(_sent.Spans.Single().StatusDescription);
    }

    private TracerProvider Provider(double ratio) => Sdk.CreateTracerProviderBuilder()
        .AddSource(_source.Name)
        .ConfigureResource(resource => resource.AddService("the-service"))
        .SetSampler(new SampleTraces(ratio))
        .AddProcessor(new KeepErrors(new SimpleActivityExportProcessor(_sent)))
        .Build();

    private Activity Step(string name) => _source.StartActivity(name)!;

    private Activity Ask(string name) => _source.StartActivity(name, ActivityKind.Client)!;

    private sealed class Sent : BaseExporter<Activity>
    {
        public ConcurrentQueue<Activity> Spans { get; } = [];

        public Resource? Resource { get; private set; }

        public IEnumerable<string> Names => Spans.Select(span => span.OperationName);

        public override ExportResult Export(in Batch<Activity> batch)
        {
            Resource = ParentProvider.GetResource();
            foreach (var span in batch)
            {
                Spans.Enqueue(span);
            }

            return ExportResult.Success;
        }
    }
}

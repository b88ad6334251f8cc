using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using BlogCreator.LocalHosting;
using BlogCreator.LocalHosting.Telemetry;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BlogCreator.Tests.AppHost.LocalEngine;

/// <summary>What a service tells of itself, on its way to the pages of the dashboard.</summary>
[Collection(WholeApps.Name)]
public sealed partial class TelemetryTests : IAsyncDisposable
{
    private const string Secret = "Tulip/4711+x";

    private readonly CancellationToken cancel = TestContext.Current.CancellationToken;
    private readonly HttpClient browser = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private DistributedApplication? built;

    public TelemetryTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Uses sleep.");

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        if (built is not null)
        {
            await built.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_the_exporter_of_dotnet_sends_is_understood()
    {
        var receiver = await Start();
        var resource = ResourceBuilder.CreateEmpty().AddService("shop", serviceInstanceId: "shop-1");
        using (var source = new ActivitySource("Shop.Orders"))
        using (var meter = new Meter("Shop.Orders"))
        using (Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(source.Name).AddOtlpExporter(exporter => To(receiver, exporter, "traces")).Build())
        using (Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(meter.Name).SetExemplarFilter(ExemplarFilterType.TraceBased).AddOtlpExporter(exporter => To(receiver, exporter, "metrics")).Build())
        using (var loggers = LoggerFactory.Create(logging => logging.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(resource).AddOtlpExporter(exporter => To(receiver, exporter, "logs"));
            logs.IncludeFormattedMessage = true;
        })))
        {
            using var earlier = source.StartActivity("Earlier")!;
            earlier.Stop();
            using var order = source.StartActivity("Order", ActivityKind.Server, default(ActivityContext), links: [new ActivityLink(earlier.Context)])!;
            order.SetTag("order.size", 3).SetTag("order.kinds", new[] { "apples", "pears" });
            meter.CreateCounter<long>("shop.orders", "{order}", "Orders taken").Add(2, new KeyValuePair<string, object?>("kind", "fruit"));
            meter.CreateUpDownCounter<int>("shop.waiting").Add(-4);
            meter.CreateObservableGauge("shop.warmth", () => 18.5, "Cel");
            meter.CreateHistogram<double>("shop.duration", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] }).Record(0.25);
            using (var payment = source.StartActivity("Pay", ActivityKind.Client))
            {
                payment!.AddEvent(new ActivityEvent("asked", tags: new() { ["times"] = 2L })).SetStatus(ActivityStatusCode.Error, "No money.");
                LogRefused(loggers.CreateLogger("Shop.Payments"), "fruit", new InvalidOperationException("Empty purse."));
            }
        }

        var traces = receiver.Book.Traces.All();
        Assert.Equal(["Order", "Earlier"], traces.Select(trace => trace.Root.Name));
        var (whole, pay) = (traces[0], traces[0].Spans.Single(span => span.Name == "Pay"));
        Assert.Equal((new Source("shop", "shop-1"), "Shop.Orders", "server"), (whole.Root.Source, whole.Root.Scope, whole.Root.Kind));
        Assert.Equal([new("order.size", "3"), new("order.kinds", "[apples, pears]")], whole.Root.Fields);
        Assert.Equal([traces[1].Id], whole.Root.Links);
        Assert.Equal((whole.Root.SpanId, "client", true, "No money."), (pay.ParentId, pay.Kind, pay.IsError, pay.Status));
        Assert.Equal(("asked", "2"), (pay.Events.Single().Name, pay.Events.Single().Fields.Single().Value));
        Assert.InRange(pay.Start, whole.Root.Start, whole.Root.End);

        var record = Assert.Single(receiver.Book.Records.Latest(new LogQuery(), 10));
        Assert.Equal((LogSeverity.Warn, "shop", "Shop.Payments", "Refused fruit"), (record.Severity, record.Resource, record.Category, record.Message));
        Assert.Equal((whole.Id, pay.SpanId), (record.TraceId, record.SpanId));
        Assert.Contains("Empty purse.", record.Exception, StringComparison.Ordinal);
        Assert.Contains(new("Kind", "fruit"), record.Fields);

        var metrics = receiver.Book.Metrics;
        var instruments = metrics.Instruments().ToDictionary(instrument => instrument.Name);
        Assert.Equal(new BlogCreator.LocalHosting.Telemetry.Instrument("shop", "Shop.Orders", "shop.orders", InstrumentKind.Counter, "{order}", "Orders taken"), instruments["shop.orders"]);
        var orders = metrics.Read(instruments["shop.orders"]).Single();
        Assert.Equal([new("kind", "fruit")], orders.Fields);
        Assert.Equal(2, orders.Points[^1].Value);
        Assert.Equal((InstrumentKind.UpDownCounter, -4), (instruments["shop.waiting"].Kind, metrics.Read(instruments["shop.waiting"]).Single().Points[^1].Value));
        Assert.Equal((InstrumentKind.Gauge, 18.5), (instruments["shop.warmth"].Kind, metrics.Read(instruments["shop.warmth"]).Single().Points[^1].Value));
        var duration = metrics.Read(instruments["shop.duration"]).Single();
        Assert.Equal([0.1, 1], duration.Bounds);
        Assert.Equal((1, 0.25), (duration.Points[^1].Value, duration.Points[^1].Sum));
        Assert.Equal([0, 1, 0], duration.Points[^1].Buckets);
        Assert.Contains(metrics.Exemplars(instruments["shop.duration"]), exemplar => exemplar.TraceId == whole.Id && exemplar.Value == 0.25);

        Assert.Contains("Order", await Page("/traces?service=shop"), StringComparison.Ordinal);
        Assert.Contains("No trace fits.", await Page("/traces?q=nothing+like+it"), StringComparison.Ordinal);
        Assert.DoesNotContain("Earlier", await Page("/traces?errors=on"), StringComparison.Ordinal);
        var page = await Page($"/traces/{whole.Id}");
        Assert.Contains("No money.", page, StringComparison.Ordinal);
        Assert.Contains("Refused fruit", page, StringComparison.Ordinal);
        Assert.Contains($"/traces/{traces[1].Id}", page, StringComparison.Ordinal);
        Assert.Contains("Empty purse.", await Page("/structured?level=warn&q=REFUSED"), StringComparison.Ordinal);
        Assert.Contains("No record fits.", await Page("/structured?level=error"), StringComparison.Ordinal);
        Assert.Contains("shop.waiting", await Page("/metrics?service=shop"), StringComparison.Ordinal);
        Assert.Contains($"/traces/{whole.Id}", await Page("/metrics?service=shop&meter=Shop.Orders&name=shop.duration"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_taken_without_the_key_nor_what_is_no_telemetry_nor_too_much_of_it()
    {
        var receiver = await Start();
        var good = Trace(1, Span(1, 0, "good"));

        Assert.Equal(HttpStatusCode.Unauthorized, await Send(receiver, "traces", good, key: null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Send(receiver, "traces", good, key: "guessed"));
        Assert.Equal(HttpStatusCode.NotFound, await Send(receiver, "profiles", good));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await Send(receiver, "traces", Encoding.UTF8.GetBytes("{}"), type: "application/json"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await Send(receiver, "traces", good, encoding: "br"));
        Assert.Equal(HttpStatusCode.BadRequest, await Send(receiver, "traces", good[..^3]));
        Assert.Equal(HttpStatusCode.BadRequest, await Send(receiver, "logs", Encoding.UTF8.GetBytes("No telemetry at all.")));
        Assert.Equal(HttpStatusCode.BadRequest, await Send(receiver, "metrics", good, encoding: "gzip"));
        Assert.Equal(HttpStatusCode.BadRequest, await Send(receiver, "logs", Log("service", Bytes(1, [0xff, 0xfe]))));
        Assert.Equal(HttpStatusCode.BadRequest, await Send(receiver, "logs", Log("service", Nested(200))));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Send(receiver, "traces", new byte[5 * 1024 * 1024]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Send(receiver, "traces", Packed(new byte[200 * 1024 * 1024]), encoding: "gzip"));
        Assert.Empty(receiver.Book.Traces.All());
        Assert.Empty(receiver.Book.Records.Latest(new LogQuery(), 1));

        Assert.Equal(HttpStatusCode.OK, await Send(receiver, "traces", Packed(good), encoding: "gzip"));
        Assert.Equal(HttpStatusCode.OK, await Send(receiver, "traces", good));
        Assert.Equal(HttpStatusCode.OK, await Send(receiver, "traces", []));
        Assert.Equal("good", Assert.Single(receiver.Book.Traces.All()).Spans.Single().Name);

        // The dashboard is not to be had at that port, and telemetry cannot be left at the port of the dashboard.
        using var elsewhere = new HttpRequestMessage(HttpMethod.Post, "/v1/traces") { Content = new ByteArrayContent(good) };
        elsewhere.Headers.Add("x-otlp-api-key", Key(receiver));
        Assert.NotEqual(HttpStatusCode.OK, (await browser.SendAsync(elsewhere, cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(receiver.Collector.Address, cancel)).StatusCode);
    }

    [Fact]
    public async Task Hostile_names_texts_times_and_circles_harm_no_page_and_secrets_are_masked()
    {
        const string Hostile = "\"><script>alert('x')</script>&amp;\u202e\n'";
        var receiver = await Start("--Parameters:license", Secret);
        var circle = Trace(7, Span(1, 2, Hostile, Field(9, Hostile, Hostile)), Span(2, 1, "two"), Span(3, 3, "three"), Span(4, 99, "orphan", Fixed(7, ulong.MaxValue), Fixed(8, 1)));
        Assert.Equal(HttpStatusCode.OK, await Send(receiver, "traces", circle));
        Assert.Equal(HttpStatusCode.OK, await Send(receiver, "logs", Log(Hostile, [.. Text(1, $"{Hostile} told {Secret}")])));
        Assert.Equal(HttpStatusCode.OK, await Send(receiver, "metrics", Metric(Hostile, double.NaN), Metric(Hostile, 1e300)));

        var addresses = new List<string> { "/traces", $"/traces/{receiver.Book.Traces.All().Single().Id}", "/structured", "/metrics", "/resources/service" };
        addresses.Add($"/metrics?service={Uri.EscapeDataString(Hostile)}&meter=&name={Uri.EscapeDataString(Hostile)}");
        addresses.AddRange(addresses.Take(4).Select(address => $"{address}?q={Uri.EscapeDataString(Hostile)}&service={Uri.EscapeDataString(Hostile)}&minutes=x&by=y&before=-1&level=z").ToList());
        foreach (var address in addresses)
        {
            var page = await Page(address);
            Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
            Assert.DoesNotMatch("<script>|<style| style=| on[a-z]+=", page);
            Assert.DoesNotContain("Tulip", page, StringComparison.Ordinal);
        }

        var trace = await Page(addresses[1]);
        Assert.All(new[] { "two", "three", "orphan" }, name => Assert.Contains(name, trace, StringComparison.Ordinal));
        Assert.Contains("told ••••••", WebUtility.HtmlDecode(await Page("/structured")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/traces/%3Cscript%3E", cancel)).StatusCode);
    }

    [Fact]
    public void Whatever_comes_is_read_or_refused()
    {
        var otlp = new Otlp(new Secrets(), TimeProvider.System);
        var random = new Random(4711);
        byte[][] good =
        [
            Trace(1, Span(1, 0, "one", Field(9, "key", "value"), Message(11, Fixed(1, 5), Text(2, "event"), Field(3, "key", "value")), Message(13, Bytes(1, Id(16, 2))), Message(15, Text(2, "why"), [3 << 3, 2]))),
            Log("service", Message(5, Message(1, Text(1, "a")), Message(1, Message(6, Field(1, "key", "value"))))),
            Metric("metric", 3),
        ];
        var refused = 0;
        for (var times = 0; times < 20_000; times++)
        {
            var body = good[times % good.Length].ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.InRange(otlp.Traces(body).Count + otlp.Logs(body).Count + otlp.Metrics(body).Count, 0, 30);
            }
            catch (InvalidProtocolBufferException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 20_000);
    }

    [Fact]
    public async Task A_collector_that_somebody_named_gets_it_all_and_the_pages_say_so()
    {
        var model = Create();
        model.Configuration["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = $"http://ada:{Secret.Replace("/", "", StringComparison.Ordinal)}@collector.example:4317";
        model.AddExecutable("service", "sleep", "/", "600");
        await Start(model);

        Assert.Null(built!.Engine.Receiver);
        foreach (var address in new[] { "/traces", "/traces/00", "/metrics", "/structured" })
        {
            var page = await Page(address);
            Assert.Contains("@collector.example:4317", page, StringComparison.Ordinal);
            Assert.DoesNotContain("Tulip", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_page_that_is_left_open_is_told_when_there_is_something_new()
    {
        var receiver = await Start();
        using var answer = await browser.GetAsync("/telemetry/stream?of=records", HttpCompletionOption.ResponseHeadersRead, cancel);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel));
        Assert.Equal("event: news", await lines.ReadLineAsync(cancel));
        await lines.ReadLineAsync(cancel);
        await lines.ReadLineAsync(cancel);

        var next = lines.ReadLineAsync(cancel);
        await Send(receiver, "logs", Log("service", [.. Text(1, "said")]));
        Assert.Equal("event: news", await next);
    }

    private static IDistributedApplicationTestingBuilder Create(params string[] args) => DistributedApplicationTestingBuilder.Create([.. args, "--dashboard-port", "0"]);

    private static void To(OtlpReceiver receiver, OtlpExporterOptions exporter, string signal)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri($"{receiver.Collector.Address}/v1/{signal}");
        exporter.Headers = receiver.Collector.Header;
    }

    private static string Key(OtlpReceiver receiver) => receiver.Collector.Header.Split('=')[1];

    private async Task<OtlpReceiver> Start(params string[] args)
    {
        var model = Create(args);
        if (args.Length > 0)
        {
            model.AddParameter("license", secret: true);
        }

        model.AddExecutable("service", "sleep", "/", "600");
        await Start(model);
        return built!.Engine.Receiver!;
    }

    private async Task Start(IDistributedApplicationTestingBuilder model)
    {
        built = model.Build();
        await built.StartAsync(cancel);
        var address = new Uri(built.Engine.DashboardAddress!);
        browser.BaseAddress = new Uri(address.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.GetAsync(address, cancel)).StatusCode);
    }

    private async Task<string> Page(string address)
    {
        var answer = await browser.GetAsync(address, cancel);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{address} answered {answer.StatusCode}");
        return await answer.Content.ReadAsStringAsync(cancel);
    }

    private Task<HttpStatusCode> Send(OtlpReceiver receiver, string signal, params byte[][] bodies) => Send(receiver, signal, [.. bodies.SelectMany(body => body)]);

    private Task<HttpStatusCode> Send(OtlpReceiver receiver, string signal, byte[] body, string? encoding = null, string type = "application/x-protobuf") =>
        Send(receiver, signal, body, Key(receiver), encoding, type);

    private async Task<HttpStatusCode> Send(OtlpReceiver receiver, string signal, byte[] body, string? key, string? encoding = null, string type = "application/x-protobuf")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{receiver.Collector.Address}/v1/{signal}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.ExpectContinue = body.Length > 1024 * 1024;
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        if (key is not null)
        {
            request.Headers.Add("x-otlp-api-key", key);
        }

        using var answer = await browser.SendAsync(request, cancel);
        return answer.StatusCode;
    }

    private static byte[] Packed(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }

    // The protocol by its numbers, as the specification publishes it: what no exporter would send has to be written by hand.
    private static byte[] Trace(byte id, params byte[][] spans) =>
        Message(1, Message(1, Field(1, "service.name", "service")), Message(2, [.. spans.Select(span => Message(2, Bytes(1, Id(16, id)), span))]));

    private static byte[] Span(byte id, byte parent, string name, params byte[][] more) =>
        [.. Bytes(2, Id(8, id)), .. parent > 0 ? Bytes(4, Id(8, parent)) : [], .. Text(5, name), .. more.SelectMany(part => part)];

    private static byte[] Log(string service, byte[] value) => Message(1, Message(1, Field(1, "service.name", service)), Message(2, Message(2, Message(5, value))));

    private static byte[] Metric(string name, double value) => Message(1, Message(1, Field(1, "service.name", name)), Message(2, Message(2,
        Text(1, name), Message(5, Message(1, Field(7, name, name), Fixed(4, BitConverter.DoubleToUInt64Bits(value)))))));

    private static byte[] Nested(int levels) => Enumerable.Range(0, levels).Aggregate(Text(1, "deep"), (inner, _) => Message(5, Message(1, inner)));

    private static byte[] Field(int number, string key, string value) => Message(number, Text(1, key), Message(2, Text(1, value)));

    private static byte[] Text(int number, string text) => Bytes(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int number, params byte[][] parts) => Bytes(number, [.. parts.SelectMany(part => part)]);

    private static byte[] Id(int length, byte id) => [.. new byte[length - 1], id];

    private static byte[] Bytes(int number, byte[] content) => Written(output =>
    {
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(content));
    });

    private static byte[] Fixed(int number, ulong value) => Written(output =>
    {
        output.WriteTag(number, WireFormat.WireType.Fixed64);
        output.WriteFixed64(value);
    });

    private static byte[] Written(Action<CodedOutputStream> write)
    {
        using var body = new MemoryStream();
        using (var output = new CodedOutputStream(body, leaveOpen: true))
        {
            write(output);
        }

        return body.ToArray();
    }

    [LoggerMessage(LogLevel.Warning, "Refused {Kind}")]
    private static partial void LogRefused(ILogger logger, string kind, Exception exception);
}

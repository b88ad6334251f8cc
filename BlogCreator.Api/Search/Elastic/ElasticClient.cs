using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using BlogCreator.Api.Platform;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Search.Elastic;

/// <summary>
/// The few calls of Elasticsearch's REST API that we need, as published for 8.x and 9.x. Every call has a time budget, every
/// answer a limit of size; only calls that do the same when they are repeated are repeated.
/// </summary>
internal sealed class ElasticClient(IHttpClientFactory http, IOptions<SearchOptions> options, Circuit circuit, TimeProvider clock)
{
    public const string ClientName = "elasticsearch";
    private const int MostBytes = 16 << 20;
    private const int MostAttempts = 3;
    private const int LongestReason = 300;
    private static readonly TimeSpan AdministrationBudget = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue Lines = new("application/x-ndjson");
    internal static readonly Counter<long> Errors = Telemetry.Meter.CreateCounter<long>("search_backend_errors_total", description: "Calls of the search engine that failed, by why");

    private enum Repeat
    {
        Never,
        WhenSafe,
    }

    /// <summary>Its version, for people; refuses a server that is something else or too old.</summary>
    public async Task<string> Info(CancellationToken cancel)
    {
        var answer = await Send(HttpMethod.Get, "", null, TimeSpan.FromSeconds(5), Repeat.Never, cancel);
        var version = answer.Field("version").Field("number").Text();
        if (version is null || !int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major))
        {
            throw Failed(new ElasticException(ElasticFailure.Strange, "The server does not say which Elasticsearch it is."));
        }

        return major >= 8 ? version : throw Failed(new ElasticException(ElasticFailure.Strange, $"The server is Elasticsearch {major}; 8 or later is needed."));
    }

    /// <returns><c>green</c>, <c>yellow</c> or <c>red</c>.</returns>
    public async Task<string> Health(CancellationToken cancel) =>
        (await Send(HttpMethod.Get, "_cluster/health", null, TimeSpan.FromSeconds(5), Repeat.Never, cancel)).Field("status").Text() ?? "";

    public Task PutTemplate(string name, JsonObject template, CancellationToken cancel) =>
        Send(HttpMethod.Put, $"_index_template/{name}", Body(template), AdministrationBudget, Repeat.WhenSafe, cancel);

    /// <summary>Makes an index; one that is there already stays as it is.</summary>
    public async Task CreateIndex(string name, JsonObject body, CancellationToken cancel)
    {
        try
        {
            // Repeated safely: the second time finds it there.
            await Send(HttpMethod.Put, name, Body(body), AdministrationBudget, Repeat.WhenSafe, cancel);
        }
        catch (ElasticException there) when (there.Type is "resource_already_exists_exception")
        {
            // A run before this one, or another replica.
        }
    }

    /// <summary>Deletes one index by its whole name; one that is gone already is fine.</summary>
    public async Task DeleteIndex(string name, CancellationToken cancel)
    {
        // A pattern would delete more than was meant.
        if (name.AsSpan().IndexOfAny("*?,/") >= 0 || name.StartsWith('_') || !name.StartsWith(options.Value.IndexPrefix + "-", StringComparison.Ordinal))
        {
            throw new ArgumentException("This is not the name of one of our indices.", nameof(name));
        }

        try
        {
            await Send(HttpMethod.Delete, name, null, AdministrationBudget, Repeat.WhenSafe, cancel);
        }
        catch (ElasticException gone) when (gone.Failure is ElasticFailure.Missing)
        {
            // Gone already.
        }
    }

    /// <returns>The indices that an alias stands for; none when there is no such alias.</returns>
    public async Task<IReadOnlyList<string>> Holders(string alias, CancellationToken cancel)
    {
        try
        {
            var answer = await Send(HttpMethod.Get, $"_alias/{alias}", null, AdministrationBudget, Repeat.WhenSafe, cancel);
            return answer.ValueKind is JsonValueKind.Object ? [.. answer.EnumerateObject().Select(index => index.Name)] : [];
        }
        catch (ElasticException none) when (none.Failure is ElasticFailure.Missing)
        {
            return [];
        }
    }

    /// <summary>All or nothing: no search falls between two of the actions.</summary>
    public Task UpdateAliases(JsonArray actions, CancellationToken cancel) =>
        Send(HttpMethod.Post, "_aliases", Body(new JsonObject { ["actions"] = actions }), AdministrationBudget, Repeat.Never, cancel);

    public Task Refresh(string index, CancellationToken cancel) =>
        Send(HttpMethod.Post, $"{index}/_refresh", null, AdministrationBudget, Repeat.WhenSafe, cancel);

    /// <summary>
    /// One message of changes; the answer has one item for each, in order. Each names an alias, and where that is missing no
    /// index is made up in its place. Not repeated here: who sends keeps what was not stored and knows when to try again.
    /// </summary>
    public Task<JsonElement> Bulk(ReadOnlyMemory<byte> lines, CancellationToken cancel) =>
        Send(HttpMethod.Post, "_bulk?require_alias=true", () => new ReadOnlyMemoryContent(lines) { Headers = { ContentType = Lines } }, options.Value.BulkTimeout, Repeat.Never, cancel);

    /// <returns>The hits, best first. Half an answer counts as none.</returns>
    public async Task<IReadOnlyList<JsonElement>> Search(string index, JsonObject query, CancellationToken cancel)
    {
        var answer = await Send(HttpMethod.Post, $"{index}/_search?allow_partial_search_results=false", Body(query), options.Value.Budget, Repeat.Never, cancel);
        if (answer.Field("hits").Field("hits") is not { ValueKind: JsonValueKind.Array } hits)
        {
            throw Failed(new ElasticException(ElasticFailure.Strange, "The answer to a search has no hits."));
        }

        if (answer.Field("timed_out").IsTrue())
        {
            throw Failed(new ElasticException(ElasticFailure.Slow, "The search took longer than it may."));
        }

        if (answer.Field("_shards").Field("failed").Number() > 0)
        {
            throw Failed(new ElasticException(ElasticFailure.Busy, "Parts of the index did not answer."));
        }

        return [.. hits.EnumerateArray()];
    }

    /// <summary>The call as the reference names it: the part of the path with an underscore, else what is done to an index.</summary>
    private static string Operation(HttpMethod method, string path) =>
        Parts(path).FirstOrDefault(part => part.StartsWith('_')) is { } call ? call[1..]
            : path.Length == 0 ? "info"
            : method == HttpMethod.Put ? "indices.create"
            : "indices.delete";

    private static string? Collection(string path) => Parts(path).FirstOrDefault() is { Length: > 0 } index && !index.StartsWith('_') ? index : null;

    private static string[] Parts(string path) => path.Split('?')[0].Split('/');

    private static Func<HttpContent> Body(JsonObject body)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body);
        return () => new ByteArrayContent(bytes) { Headers = { ContentType = Json } };
    }

    private async Task<JsonElement> Send(HttpMethod method, string path, Func<HttpContent>? content, TimeSpan budget, Repeat repeat, CancellationToken cancel)
    {
        if (!circuit.Enter())
        {
            throw new ElasticException(ElasticFailure.Resting, "The server failed just before and is left alone for a moment.");
        }

        using var time = new CancellationTokenSource(budget, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, time.Token);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await Once(method, path, content, limit.Token, cancel);
                circuit.Succeeded();
                return answer;
            }
            catch (ElasticException failure) when (repeat is Repeat.WhenSafe && attempt < MostAttempts && failure.Failure is (ElasticFailure.Busy or ElasticFailure.Unreachable))
            {
                try
                {
                    await Task.Delay(failure.RetryAfter ?? TimeSpan.FromMilliseconds(100 * Math.Pow(4, attempt - 1)), clock, limit.Token);
                }
                catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
                {
                    throw Failed(failure);
                }
            }
            catch (ElasticException failure)
            {
                throw Failed(failure);
            }
        }
    }

    internal static IEnumerable<string> Reasons => Enum.GetValues<ElasticFailure>().Select(Reason);

    private static string Reason(ElasticFailure failure) => failure.ToString().ToLowerInvariant();

    private ElasticException Failed(ElasticException failure)
    {
        Errors.Add(1, new KeyValuePair<string, object?>("reason", Reason(failure.Failure)));
        if (failure.IsOutage)
        {
            circuit.Failed(failure.Failure);
        }
        else
        {
            // It answers; what it said is about this one message.
            circuit.Succeeded();
        }

        return failure;
    }

    private async Task<JsonElement> Once(HttpMethod method, string path, Func<HttpContent>? content, CancellationToken limit, CancellationToken cancel)
    {
        var address = options.Value.Address;
        // Names of OpenTelemetry's convention for Elasticsearch: https://opentelemetry.io/docs/specs/semconv/database/elasticsearch/
        using var span = Telemetry.Source.StartActivity(ActivityKind.Client, tags:
        [
            new("db.system.name", "elasticsearch"),
            new("db.operation.name", Operation(method, path)),
            new("db.collection.name", Collection(path)),
            new("server.address", address.Base.Host),
            new("server.port", address.Base.Port),
        ], name: Collection(path) is { } collection ? $"{Operation(method, path)} {collection}" : Operation(method, path));
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(address.Base, path));
            request.Headers.Authorization = address.Authorization;
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Content = content?.Invoke();
            using var client = http.CreateClient(ClientName);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit);
            var body = await ReadBody(answer, limit);
            return answer.IsSuccessStatusCode ? Parse(body) ?? throw new ElasticException(ElasticFailure.Strange, "The answer is not JSON.") : throw Refusal(answer, Parse(body));
        }
        catch (ElasticException refused)
        {
            span?.SetTag("error.type", refused.Type ?? Reason(refused.Failure));
            if (refused.IsOutage)
            {
                span?.SetStatus(ActivityStatusCode.Error);
            }

            throw;
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", Reason(ElasticFailure.Slow));
            throw new ElasticException(ElasticFailure.Slow, "The server did not answer in time.", inner: late);
        }
        catch (Exception cut) when (cut is HttpRequestException or IOException)
        {
            span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", Reason(ElasticFailure.Unreachable));
            throw new ElasticException(ElasticFailure.Unreachable, "The server cannot be reached, or the connection was cut.", inner: cut);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBody(HttpResponseMessage answer, CancellationToken limit)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(limit);
        var body = new ArrayBufferWriter<byte>(4096);
        int read;
        while ((read = await stream.ReadAsync(body.GetMemory(4096), limit)) > 0)
        {
            body.Advance(read);
            if (body.WrittenCount > MostBytes)
            {
                throw new ElasticException(ElasticFailure.Strange, "The answer is larger than any that we ask for.");
            }
        }

        return body.WrittenMemory;
    }

    /// <returns>Null for what is no JSON.</returns>
    private static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private ElasticException Refusal(HttpResponseMessage answer, JsonElement? body)
    {
        var (type, reason) = Describe(body);
        // Elasticsearch closes indices for writing while its disk is full: with a block it says "later", and not "you may not".
        var failure = answer.StatusCode switch
        {
            HttpStatusCode.Forbidden when type is "cluster_block_exception" => ElasticFailure.Busy,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ElasticFailure.Unauthorized,
            // Without a body that is ours, some other server stands at this address.
            HttpStatusCode.NotFound => body is null ? ElasticFailure.Strange : ElasticFailure.Missing,
            HttpStatusCode.RequestEntityTooLarge => ElasticFailure.TooLarge,
            HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout => ElasticFailure.Busy,
            >= HttpStatusCode.InternalServerError => ElasticFailure.Busy,
            >= HttpStatusCode.BadRequest when body is not null => ElasticFailure.Refused,
            _ => ElasticFailure.Strange,
        };
        return new ElasticException(failure, $"Elasticsearch answered {(int)answer.StatusCode}{(type is null ? "" : $", {type}")}{(reason is null ? "" : $": {reason}")}", type, RetryAfter(answer));
    }

    private TimeSpan? RetryAfter(HttpResponseMessage answer)
    {
        var asked = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return asked is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, LongestRetryAfter.Ticks)) : null;
    }

    /// <summary>The type and the reason of an error, which is an object in most answers and a plain text in some.</summary>
    internal static (string? Type, string? Reason) Describe(JsonElement? body)
    {
        var error = body.Field("error");
        return error.Text() is { } words ? (null, Plain(words)) : (error.Field("type").Text(), Plain(error.Field("reason").Text()));
    }

    /// <summary>A mapping error ends in a preview of the value: that is text of a document, which belongs in no log.</summary>
    internal static string? Plain(string? reason)
    {
        if (reason is null)
        {
            return null;
        }

        var preview = reason.IndexOf("Preview of field's value", StringComparison.OrdinalIgnoreCase);
        var told = preview < 0 ? reason : reason[..preview].TrimEnd(' ', '.', ',');
        return CleanLine.Of(told.Length > LongestReason ? told[..LongestReason] : told);
    }
}

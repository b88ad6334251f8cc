using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using BlogCreator.Tests.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Operations;

/// <summary>What alarms and dashboards read from Api. Beside those tests, since a service that stops takes series of other ones along.</summary>
[Collection(nameof(HttpMetricsTests))]
public sealed class SeriesTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task What_has_not_happened_yet_stands_at_zero_with_each_of_its_labels()
    {
        using var http = api.CreateClient();
        var kinds = api.Services.GetRequiredService<JobKinds>().Names;
        string[] expected =
        [
            .. Each("document_uploads_total", "file_type", "pdf", "docx", "markdown", "text", "html", "epub"),
            .. Each("blog_generations_total", "status", "completed", "failed", "cancelled"),
            .. Each("claims_checked_total", "verdict", "supported", "partly", "contradicted", "not-found", "not-needed"),
            .. Each("language_model_calls_total", "outcome", "answered", "stopped", "busy", "refused", "token-budget"),
            .. Each("language_model_tokens_total", "direction", "input", "output"),
            .. Each("search_backend_errors_total", "reason", "unreachable", "slow"),
            .. Each("sign_ins_total", "outcome", "success", "refused", "locked"),
            .. Each("jobs_waiting", "kind", [.. kinds]),
            .. Each("jobs_oldest_age_seconds", "kind", [.. kinds]),
            .. kinds.SelectMany(kind => new[] { "done", "retried", "gave-up" }.Select(outcome => $"jobs_ended_total{{kind=\"{kind}\",outcome=\"{outcome}\"}} ")),
            "http_requests_total{endpoint=\"/api/v1/posts/{id:guid}\",method=\"DELETE\",status=\"500\"} ",
            "blogcreator_active_users{} ",
        ];
        await Eventually.Holds(async () =>
        {
            var text = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
            return expected.All(series => text.Contains('\n' + series, StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task A_job_goes_on_with_the_trace_of_the_request_that_asked_for_it()
    {
        var trace = ActivityTraceId.CreateRandom();
        var ended = new TaskCompletionSource<Activity>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace && activity.Kind is ActivityKind.Consumer)
                {
                    ended.TrySetResult(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var person = await api.SignInAs("ada");
        using var upload = new HttpRequestMessage(HttpMethod.Post, "/api/v1/documents/upload")
        {
            Content = new MultipartFormDataContent { { new StringContent("Tides rise twice a day. The moon pulls the sea."), "file", "tides.txt" } },
        };
        upload.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
        using var answer = await person.SendAsync(upload, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);

        var job = await ended.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal("process documents.read", job.OperationName);
        Assert.Equal("documents.read", job.GetTagItem("messaging.destination.name"));
        Assert.Equal("process", job.GetTagItem("messaging.operation.type"));
        Assert.Equal(ActivityStatusCode.Unset, job.Status);
        var document = (await answer.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json, TestContext.Current.CancellationToken))!;
        Assert.Equal("tides.txt", document.FileName);
    }

    private static IEnumerable<string> Each(string name, string label, params string[] values) => values.Select(value => $"{name}{{{label}=\"{value}\"}} ");
}

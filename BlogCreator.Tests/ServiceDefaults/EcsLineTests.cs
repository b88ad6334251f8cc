using System.Diagnostics;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class EcsLineTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    [Theory]
    [InlineData("first\nsecond")]
    [InlineData("first\r\n{\"log.level\":\"info\",\"message\":\"forged\"}")]
    [InlineData("\u001b[31mred\u001b[0m \u0007")]
    [InlineData("line\u2028separator\u2029and\u0085next")]
    [InlineData("half a pair \ud83d and \"quotes\" \\")]
    public void Whatever_is_in_it_an_entry_is_one_line_of_json(string hostile)
    {
        var line = Write(LogLevel.Warning, hostile, new InvalidOperationException(hostile), new() { ["File\nName"] = hostile });

        Assert.EndsWith("\n", line, StringComparison.Ordinal);
        var entry = line[..^1];
        Assert.DoesNotContain(entry, c => c is < ' ' or > '~');
        var json = JsonDocument.Parse(entry).RootElement;
        Assert.Equal(hostile.Replace('\ud83d', '\ufffd'), json.GetProperty("message").GetString());
        Assert.Equal(hostile.Replace('\ud83d', '\ufffd'), json.GetProperty("labels.File_Name").GetString());
    }

    [Fact]
    public void An_entry_carries_the_fields_of_the_schema()
    {
        using var activity = new Activity("request").Start();
        var line = Write(LogLevel.Error, "broken", new InvalidOperationException("why"), new()
        {
            ["PostId"] = 7,
            ["{OriginalFormat}"] = "broken",
            ["RequestPath"] = "/posts",
        });

        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("2026-05-04T03:02:01.000000Z", json.GetProperty("@timestamp").GetString());
        Assert.Equal("error", json.GetProperty("log.level").GetString());
        Assert.Equal("BlogCreator.Tests", json.GetProperty("log.logger").GetString());
        Assert.Equal("api", json.GetProperty("service.name").GetString());
        Assert.Equal("1.2.3", json.GetProperty("service.version").GetString());
        Assert.Equal("Production", json.GetProperty("service.environment").GetString());
        Assert.Equal("PostBroke", json.GetProperty("event.action").GetString());
        Assert.Equal("LogPostBroke", json.GetProperty("log.origin.function").GetString());
        Assert.Equal("blogcreator.api", json.GetProperty("event.dataset").GetString());
        Assert.Equal("failure", json.GetProperty("event.outcome").GetString());
        Assert.Equal("node", json.GetProperty("service.node.name").GetString());
        Assert.Equal("node", json.GetProperty("host.name").GetString());
        Assert.Equal(Environment.CurrentManagedThreadId, json.GetProperty("process.thread.id").GetInt32());
        Assert.Equal(activity.SpanId.ToString(), json.GetProperty("transaction.id").GetString());
        Assert.Equal(activity.TraceId.ToString(), json.GetProperty("trace.id").GetString());
        Assert.Equal(activity.SpanId.ToString(), json.GetProperty("span.id").GetString());
        Assert.Equal("System.InvalidOperationException", json.GetProperty("error.type").GetString());
        Assert.Equal("why", json.GetProperty("error.message").GetString());
        Assert.Contains("InvalidOperationException", json.GetProperty("error.stack_trace").GetString(), StringComparison.Ordinal);
        Assert.Equal("7", json.GetProperty("labels.PostId").GetString());
        Assert.Equal("/posts", json.GetProperty("url.path").GetString());
        Assert.False(json.TryGetProperty("labels._OriginalFormat_", out _));

        // Those of the production plan.
        Assert.Equal("2026-05-04T03:02:01.000000Z", json.GetProperty("timestamp").GetString());
        Assert.Equal("error", json.GetProperty("level").GetString());
        Assert.Equal("BlogCreator.Tests", json.GetProperty("module").GetString());
        Assert.Equal("LogPostBroke", json.GetProperty("function").GetString());
        Assert.Equal("System.InvalidOperationException: why", json.GetProperty("exception").GetString());
        var names = json.EnumerateObject().Select(field => field.Name).ToList();
        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public void A_line_about_a_request_says_which_and_whose()
    {
        var person = Guid.NewGuid();
        var context = new DefaultHttpContext { TraceIdentifier = "4f2a" };
        context.Request.Method = "PUT";
        context.Request.Path = "/api/v1/posts";
        context.Request.QueryString = new QueryString("?q=what+somebody+looked+for");
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, person.ToString()), new(ClaimTypes.Email, "ada@example.org")], "test"));
        var line = Write(LogLevel.Warning, "slow", null, [], requests: new HttpContextAccessor { HttpContext = context });

        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("4f2a", json.GetProperty("http.request.id").GetString());
        Assert.Equal("PUT", json.GetProperty("http.request.method").GetString());
        Assert.Equal("/api/v1/posts", json.GetProperty("url.path").GetString());
        Assert.Equal(person.ToString(), json.GetProperty("user.id").GetString());
        Assert.Equal("web", json.GetProperty("event.category")[0].GetString());
        Assert.DoesNotContain("looked", line, StringComparison.Ordinal);
        Assert.DoesNotContain("ada", line, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_called_a_secret_is_not_written()
    {
        var line = Write(
            LogLevel.Error,
            "could not connect: Host=db;Password=swordfish;Database=blogdb",
            new InvalidOperationException("401 for Authorization: Bearer hunter2hunter2"),
            new() { ["Password"] = "swordfish", ["SetupToken"] = "swordfish", ["OutputTokens"] = 7, ["ApiKey"] = "swordfish", ["To"] = "ada@example.org" });

        Assert.DoesNotContain("swordfish", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
        Assert.DoesNotContain("example.org", line, StringComparison.Ordinal);
        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("7", json.GetProperty("labels.OutputTokens").GetString());
        Assert.Equal("could not connect: Host=db;Password=[removed];Database=blogdb", json.GetProperty("message").GetString());
    }

    [Fact]
    public void A_huge_value_makes_a_line_of_bounded_length()
    {
        var huge = new string('x', 5_000_000);
        var line = Write(LogLevel.Error, huge, new InvalidOperationException(huge), Enumerable.Range(0, 500).ToDictionary(i => $"Label{i}{huge[..300]}", _ => (object?)huge));
        Assert.InRange(line.Length, 1000, 300_000);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind);
    }

    [Fact]
    public void Of_two_values_for_one_name_the_nearest_is_kept()
    {
        var scopes = new LoggerExternalScopeProvider();
        using var outer = scopes.Push(new Dictionary<string, object?> { ["JobId"] = "outer", ["Kind"] = "outer" });
        using var inner = scopes.Push(new Dictionary<string, object?> { ["JobId"] = "inner" });
        var json = JsonDocument.Parse(Write(LogLevel.Information, "ran", null, [], scopes)).RootElement;
        Assert.Equal("inner", json.GetProperty("labels.JobId").GetString());
        Assert.Equal("outer", json.GetProperty("labels.Kind").GetString());
    }

    private string Write(
        LogLevel level, string message, Exception? exception, Dictionary<string, object?> state, IExternalScopeProvider? scopes = null, IHttpContextAccessor? requests = null) =>
        Encoding.UTF8.GetString(new EcsLine(new ServiceIdentity("api", "1.2.3", "Production") { Node = "node" }, _clock, requests).Of(
            level, "BlogCreator.Tests", new EventId(1, "LogPostBroke"), state, exception, (_, _) => message, scopes));
}

using System.Diagnostics;
using System.Text.Json;
using BlogCreator.ServiceDefaults;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class EcsConsoleFormatterTests
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

        Assert.EndsWith(Environment.NewLine, line, StringComparison.Ordinal);
        var entry = line[..^Environment.NewLine.Length];
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
        Assert.Equal(activity.TraceId.ToString(), json.GetProperty("trace.id").GetString());
        Assert.Equal(activity.SpanId.ToString(), json.GetProperty("span.id").GetString());
        Assert.Equal("System.InvalidOperationException", json.GetProperty("error.type").GetString());
        Assert.Equal("why", json.GetProperty("error.message").GetString());
        Assert.Contains("InvalidOperationException", json.GetProperty("error.stack_trace").GetString(), StringComparison.Ordinal);
        Assert.Equal("7", json.GetProperty("labels.PostId").GetString());
        Assert.Equal("/posts", json.GetProperty("url.path").GetString());
        Assert.False(json.TryGetProperty("labels._OriginalFormat_", out _));
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
        LogLevel level, string message, Exception? exception, Dictionary<string, object?> state, IExternalScopeProvider? scopes = null)
    {
        using var writer = new StringWriter();
        new EcsConsoleFormatter(new ServiceIdentity("api", "1.2.3", "Production"), _clock).Write(
            new LogEntry<Dictionary<string, object?>>(level, "BlogCreator.Tests", new EventId(1, "PostBroke"), state, exception, (_, _) => message),
            scopes,
            writer);
        return writer.ToString();
    }
}

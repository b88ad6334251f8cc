using BlogCreator.LocalHosting;

namespace BlogCreator.Tests.AppHost.LocalEngine;

public sealed class LogReaderTests
{
    [Fact]
    public void Warnings_are_shown_with_the_lines_that_belong_to_them_and_information_is_not()
    {
        var reader = Reader();
        string[] lines =
        [
            "info: Microsoft.Hosting.Lifetime[14]",
            "      Now listening on: http://localhost:8081",
            "warn: Api[3]",
            "      The disk is nearly full.",
            "info: Api[4]",
            "      Fine again.",
            "Unhandled exception. System.Exception: no",
            "   at Program.Main()",
        ];
        Assert.Equal([lines[2], lines[3], lines[6], lines[7]], lines.Where(line => reader.Read(line).IsLoud));
    }

    [Theory]
    [InlineData("01:05:40 warn: Api.Storage[35] The disk is nearly full.", "warn", "Api.Storage", true)]
    [InlineData("01:05:44 info: Microsoft.Hosting.Lifetime[14] Now listening on: http://localhost:18081", "info", "Microsoft.Hosting.Lifetime", false)]
    [InlineData("2026-11-23 01:05:44.120 fail: Api[1] No.", "error", "Api", true)]
    [InlineData("Set-up token (shown this once): abc", "info", "", true)]
    public void A_log_of_one_line_a_message_is_told_by_its_level(string line, string level, string category, bool isLoud)
    {
        var entry = Reader().Read(line);
        Assert.Equal((level, category, isLoud, line), (LogEntry.Name(entry.Severity), entry.Category, entry.IsLoud, entry.Text));
    }

    [Theory]
    [InlineData("""{"log.level":"error","message":"No."}""", "error: No.", true)]
    [InlineData("""{"LogLevel":"Warning","Category":"Api","Message":"Hm."}""", "warn: Api: Hm.", true)]
    [InlineData("""{"log.level":"info","message":"Yes."}""", "info: Yes.", false)]
    [InlineData("""{"log.level": broken""", """{"log.level": broken""", true)]
    [InlineData("""{"log.level":"warn","message":"\ud800"}""", """{"log.level":"warn","message":"\ud800"}""", true)]
    [InlineData("""{"price": 3}""", """{"price": 3}""", true)]
    public void A_log_in_JSON_is_shown_by_its_message(string line, string text, bool isLoud)
    {
        var entry = Reader().Read(line);
        Assert.Equal((text, isLoud), (entry.Text, entry.IsLoud));
    }

    [Fact]
    public void A_log_in_JSON_keeps_its_parts()
    {
        var entry = Reader().Read("""
            {"@timestamp":"2026-11-23T01:05:44.120Z","log.level":"error","message":"No.","log.logger":"Api.Storage","trace.id":"4bf92f35","error.stack_trace":"System.Exception: no","labels.File":"a.pdf","service.name":"api"}
            """.Trim());
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 1, 5, 44, 120, TimeSpan.Zero), entry.Time);
        Assert.Equal(("Api.Storage", "4bf92f35", "System.Exception: no"), (entry.Category, entry.TraceId, entry.Exception));
        Assert.Equal([new("labels.File", "a.pdf")], entry.Fields);
    }

    [Fact]
    public void Nothing_that_a_service_prints_moves_the_cursor()
    {
        Assert.Equal("a?[2Jb c", ConsoleReport.Plain("a\e[2Jb\tc"));
    }

    private static LogReader Reader() => new(TimeProvider.System, isErrorStream: false);
}

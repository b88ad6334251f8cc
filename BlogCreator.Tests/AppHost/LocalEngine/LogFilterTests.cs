using BlogCreator.LocalHosting;

namespace BlogCreator.Tests.AppHost.LocalEngine;

public sealed class LogFilterTests
{
    [Fact]
    public void Warnings_are_shown_with_the_lines_that_belong_to_them_and_information_is_not()
    {
        var filter = new LogFilter();
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
        Assert.Equal([lines[2], lines[3], lines[6], lines[7]], lines.Where(line => filter.Shown(line) is not null));
    }

    [Theory]
    [InlineData("01:05:40 warn: Api.Storage[35] The disk is nearly full.", true)]
    [InlineData("01:05:44 info: Microsoft.Hosting.Lifetime[14] Now listening on: http://localhost:18081", false)]
    [InlineData("2026-11-23 01:05:44.120 fail: Api[1] No.", true)]
    [InlineData("Set-up token (shown this once): abc", true)]
    public void A_log_of_one_line_a_message_is_told_by_its_level(string line, bool isShown)
    {
        Assert.Equal(isShown ? line : null, new LogFilter().Shown(line));
    }

    [Theory]
    [InlineData("""{"log.level":"error","message":"No."}""", "error: No.")]
    [InlineData("""{"LogLevel":"Warning","Message":"Hm."}""", "Warning: Hm.")]
    [InlineData("""{"log.level":"info","message":"Yes."}""", null)]
    [InlineData("""{"log.level": broken""", """{"log.level": broken""")]
    public void A_log_in_JSON_is_shown_by_its_message(string line, string? shown)
    {
        Assert.Equal(shown, new LogFilter().Shown(line));
    }

    [Fact]
    public void Nothing_that_a_service_prints_moves_the_cursor()
    {
        Assert.Equal("a?[2Jb c", LogFilter.Plain("a\e[2Jb\tc"));
    }
}

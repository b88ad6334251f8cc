using System.Text.RegularExpressions;

namespace BlogCreator.Api.Writing;

/// <summary>Reads what a person typed as topic: "Write a blog post about solar power" means solar power.</summary>
internal static partial class ReadTopic
{
    private const int Longest = 120;

    public static string? Run(string? typed)
    {
        if (string.IsNullOrWhiteSpace(typed))
        {
            return null;
        }

        var topic = Request().Replace(CleanSentence.OneLine(typed), "").Trim().TrimEnd('.', '!', ' ');
        if (topic.Length > Longest)
        {
            var cut = topic.LastIndexOf(' ', Longest);
            topic = topic[..(cut > 40 ? cut : Longest)].TrimEnd(',', ';', ':', ' ');
        }

        return topic.Length == 0 ? null : topic;
    }

    [GeneratedRegex(
        """^(please )?((write|create|make|generate|draft|give|prepare)( me| us)? )?((a|an|the|some|short|long|medium|brief|detailed|blog|post|article|summary|overview|introduction|text|piece) )*(about|on|of|regarding|concerning|explaining) |^(schreibe?|erstelle?) .{0,40}(über|zu) |^(please )?(write|create|make|generate|draft|prepare)( me| us)?( (a|an|the|some|short|long|brief|blog|post|article|summary|overview))+$""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Request();
}

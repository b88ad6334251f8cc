using System.Text;

namespace BlogCreator.Api.Writing;

/// <summary>Makes source text plain text in Markdown: no link, image, HTML, heading, list, table, mark or emphasis can come of it.</summary>
internal static class EscapeMarkdown
{
    public static string Run(string text)
    {
        var line = CleanSentence.OneLine(text);
        var escaped = new StringBuilder(line.Length + 8);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            var escape = c is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '|' or '~' or '^' or '{' or '}'
                || (c is '&' && i + 1 < line.Length && (char.IsAsciiLetter(line[i + 1]) || line[i + 1] is '#'))
                || (c is '!' && i + 1 < line.Length && line[i + 1] is '[')
                || (i == 0 && c is '#' or '+' or '-' or '=' or ':')
                || (c is '.' or ')' && i is > 0 and < 10 && IsNumber(line.AsSpan(0, i)))
                || (c is ':' && i + 2 < line.Length && line[i + 1] is '/' && line[i + 2] is '/');
            if (escape)
            {
                escaped.Append('\\');
            }

            escaped.Append(c);
        }

        return escaped.ToString();
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}

using System.Text.RegularExpressions;

namespace BlogCreator.ServiceDefaults.Errors;

/// <summary>
/// Takes out of a sentence about an error what it may tell of people and their documents. The sentences of .NET put what
/// they were given into quotation marks: that goes, unless it is the name of a type. So do addresses, keys, names of files
/// and the folders before them.
/// </summary>
public static partial class CleanText
{
    private const int MostRead = 2000;
    private const int Longest = 300;
    private const string Gone = "…";

    public static string Of(string text)
    {
        try
        {
            var clean = Quoted().Replace(text.Length > MostRead ? text[..MostRead] : text, quoted => TypeName().IsMatch(quoted.Groups["inner"].Value)
                ? quoted.Value
                : quoted.Groups["open"].Value + Gone + quoted.Groups["close"].Value);
            clean = Address().Replace(clean, "${site}" + Gone);
            clean = Email().Replace(clean, Gone);
            clean = Pair().Replace(clean, "${name}" + Gone);
            clean = FileName().Replace(clean, Gone);
            clean = Folder().Replace(clean, Gone);
            clean = Token().Replace(clean, Gone);
            clean = Network().Replace(clean, Gone);
            return clean.Length > Longest ? clean[..(char.IsHighSurrogate(clean[Longest - 1]) ? Longest - 1 : Longest)] + Gone : clean;
        }
        catch (RegexMatchTimeoutException)
        {
            return Gone;
        }
    }

    /// <summary>Path of a source file, from our repository on; of others the name alone.</summary>
    internal static string? SourcePath(string? path)
    {
        if (path is null)
        {
            return null;
        }

        var own = path.LastIndexOf("BlogCreator.", StringComparison.Ordinal);
        return own >= 0 ? path[own..].Replace('\\', '/') : path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
    }

    // To the end where the other mark is missing: what was quoted may have been cut.
    [GeneratedRegex("""(?<open>["“„«])(?<inner>[^"”“»]*)(?<close>["”“»]|$)|(?<![\w’'])(?<open>['‘])(?<inner>.*?)(?<close>['’](?!\w)|$)|(?<open>`)(?<inner>[^`]*)(?<close>`|$)""", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 200)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^(System|Microsoft|BlogCreator|Npgsql|StackExchange)\.[\w.`+\[\],]{1,200}$", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\b(?<site>[a-z][a-z0-9+.-]{1,12}://)\S+", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 200)]
    private static partial Regex Address();

    [GeneratedRegex(@"[^\s@<>(),;:""']{1,64}@[^\s@<>(),;:""']{1,255}", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex Email();

    // password=…, Authorization: Bearer …, ?q=…
    [GeneratedRegex(@"(?<name>\b(pass(word|wd)?|pwd|secret|token|key|api[-_ ]?key|authorization|cookie|set-cookie|session)\s*[=:]\s*)((bearer|basic)\s+)?[^\s,;]+|(?<name>\b(bearer|basic)\s+)[^\s,;]+|(?<name>[?&][\w.-]{1,40}=)[^\s&]*", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 200)]
    private static partial Regex Pair();

    [GeneratedRegex(@"[^\s\\/]{1,200}\.(pdf|docx?|pptx?|xlsx?|odt|ods|odp|rtf|epub|html?|eml|csv|md|txt|zip|png|jpe?g)\b", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 200)]
    private static partial Regex FileName();

    [GeneratedRegex(@"(?<![\w.])([A-Za-z]:)?[\\/]([^\s\\/:;,]+[\\/])+[^\s\\/:;,]*", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex Folder();

    // Long words with digits in them: keys, hashes, ids, cards.
    [GeneratedRegex(@"(?<![\w.+/=-])(?=[\w+/=-]*\d)[\w+/=-]{16,}", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex Token();

    [GeneratedRegex(@"\b\d{1,3}(\.\d{1,3}){3}\b|(?<![\w:])[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,7}(?![\w:])", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 200)]
    private static partial Regex Network();
}

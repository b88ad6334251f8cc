using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ColorCode;
using ColorCode.Common;
using ColorCode.Compilation;
using ColorCode.Parsing;

namespace BlogCreator.Api.Posts;

/// <summary>
/// Colours the code of a post with class names of our own. The code may be made to keep a regular expression busy for
/// ever, so each match and the whole have a limit, beyond which the code stays plain.
/// </summary>
public static class HighlightCode
{
    private const int MostCharacters = 20_000;
    private static readonly TimeSpan MostForOneMatch = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostInAll = TimeSpan.FromMilliseconds(400);

    // The names people write after the fence, where they differ from the library's.
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["cs"] = LanguageId.CSharp,
        ["csharp"] = LanguageId.CSharp,
        ["fs"] = LanguageId.FSharp,
        ["fsharp"] = LanguageId.FSharp,
        ["js"] = LanguageId.JavaScript,
        ["mjs"] = LanguageId.JavaScript,
        ["json"] = LanguageId.JavaScript,
        ["jsx"] = LanguageId.JavaScript,
        ["ts"] = LanguageId.TypeScript,
        ["tsx"] = LanguageId.TypeScript,
        ["py"] = "python",
        ["ps1"] = LanguageId.PowerShell,
        ["pwsh"] = LanguageId.PowerShell,
        ["c"] = LanguageId.Cpp,
        ["c++"] = LanguageId.Cpp,
        ["h"] = LanguageId.Cpp,
        ["htm"] = LanguageId.Html,
        ["svg"] = LanguageId.Xml,
        ["csproj"] = LanguageId.Xml,
        ["hs"] = LanguageId.Haskell,
        ["vb"] = LanguageId.VbDotNet,
        ["md"] = LanguageId.Markdown,
    };

    private static readonly LanguageParser Parser = new(new BoundedCompiler(), new KnownLanguages());

    /// <summary>Escaped HTML with <c>span</c>s; null when the language is unknown or the code too much for us.</summary>
    public static string? Run(string code, string? language)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (code.Length > MostCharacters || string.IsNullOrWhiteSpace(language) || Find(language.Trim()) is not { } grammar)
        {
            return null;
        }

        var html = new StringBuilder(code.Length * 2);
        var started = Stopwatch.GetTimestamp();
        try
        {
            Parser.Parse(code, grammar, (fragment, scopes) =>
            {
                if (Stopwatch.GetElapsedTime(started) > MostInAll)
                {
                    throw new RegexMatchTimeoutException();
                }

                Write(html, fragment, 0, fragment.Length, scopes);
            });
        }
        catch (Exception e) when (e is RegexMatchTimeoutException or InvalidOperationException or ArgumentException)
        {
            return null;
        }

        return html.ToString();
    }

    private static ILanguage? Find(string language) =>
        Languages.FindById(Names.GetValueOrDefault(language, language.ToLowerInvariant()));

    private static void Write(StringBuilder html, string text, int from, int until, IEnumerable<Scope> scopes)
    {
        var at = from;
        foreach (var scope in scopes.OrderBy(scope => scope.Index))
        {
            var (start, end) = (scope.Index, Math.Min(scope.Index + scope.Length, until));
            if (start < at || end <= start)
            {
                // Two readings of the same words: the first one stands.
                continue;
            }

            html.Append(WebUtility.HtmlEncode(text[at..start]));
            var name = ClassOf(scope.Name);
            if (name is not null)
            {
                html.Append("<span class=\"").Append(name).Append("\">");
            }

            Write(html, text, start, end, scope.Children);
            html.Append(name is null ? "" : "</span>");
            at = end;
        }

        html.Append(WebUtility.HtmlEncode(text[at..until]));
    }

    private static string? ClassOf(string scope) => scope switch
    {
        ScopeName.Comment or ScopeName.HtmlComment or ScopeName.XmlComment or ScopeName.XmlDocComment or ScopeName.XmlDocTag => "hl-comment",
        ScopeName.Keyword or ScopeName.ControlKeyword or ScopeName.PseudoKeyword or ScopeName.PreprocessorKeyword or ScopeName.HtmlElementName or ScopeName.XmlName or ScopeName.CssSelector => "hl-keyword",
        ScopeName.String or ScopeName.StringCSharpVerbatim or ScopeName.StringEscape or ScopeName.HtmlAttributeValue or ScopeName.XmlAttributeValue or ScopeName.XmlCDataSection or ScopeName.CssPropertyValue => "hl-string",
        ScopeName.Number or ScopeName.BuiltinValue or ScopeName.HtmlEntity => "hl-number",
        ScopeName.ClassName or ScopeName.Type or ScopeName.TypeVariable or ScopeName.Constructor or ScopeName.NameSpace or ScopeName.PowerShellType => "hl-type",
        ScopeName.HtmlAttributeName or ScopeName.XmlAttribute or ScopeName.CssPropertyName or ScopeName.Attribute or ScopeName.PowerShellAttribute or ScopeName.PowerShellVariable
            or ScopeName.BuiltinFunction or ScopeName.SqlSystemFunction or ScopeName.Predefined or ScopeName.Intrinsic => "hl-name",
        _ => null,
    };

    /// <summary>The same expressions, each with a limit of ours.</summary>
    private sealed class BoundedCompiler : ILanguageCompiler
    {
        // Serves one process for as long as it lives, as its lock does.
        private readonly LanguageCompiler _inner = new([], new ReaderWriterLockSlim());
        private readonly Lock _lock = new();
        private readonly Dictionary<string, CompiledLanguage> _bounded = [];

        public CompiledLanguage Compile(ILanguage language)
        {
            lock (_lock)
            {
                if (!_bounded.TryGetValue(language.Id, out var bounded))
                {
                    var plain = _inner.Compile(language);
                    bounded = new CompiledLanguage(plain.Id, plain.Name, new Regex(plain.Regex.ToString(), plain.Regex.Options, MostForOneMatch), plain.Captures);
                    _bounded[language.Id] = bounded;
                }

                return bounded;
            }
        }
    }
    /// <summary>Where a language holds another one, as a page holds a script.</summary>
    private sealed class KnownLanguages : ILanguageRepository
    {
        public IEnumerable<ILanguage> All => Languages.All;

        public ILanguage? FindById(string languageId) => Languages.FindById(languageId);

        public void Load(ILanguage language) => throw new NotSupportedException();
    }
}

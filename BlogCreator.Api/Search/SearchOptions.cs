using BlogCreator.Api.Search.Elastic;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Search;

/// <summary>Settings <c>Search__*</c> and <c>ConnectionStrings__elasticsearch</c>. Without the latter the database's own index answers.</summary>
public sealed class SearchOptions
{
    /// <summary>Instead of a user and a password in the address: the encoded key, as Elasticsearch shows it once.</summary>
    public string? ApiKey { get; set; }

    /// <summary>A file with the certificate (PEM) of the authority that the server's own certificate comes from, where the machine does not know it.</summary>
    public string? CaFile { get; set; }

    /// <summary>What the names of all indices begin with: two sites may share a server.</summary>
    public string IndexPrefix { get; set; } = "blogcreator";

    /// <summary>How long a reader waits for Elasticsearch before the database is asked instead.</summary>
    public TimeSpan Budget { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How long one message of changes may take.</summary>
    public TimeSpan BulkTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The size of one message of changes.</summary>
    public int BulkBytes { get; set; } = 5_000_000;

    /// <summary>After how long an index that no running release writes to is dropped, when another has taken its place.</summary>
    public TimeSpan RetireAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>After how long without Elasticsearch being configured anywhere changes are no longer kept for it.</summary>
    public TimeSpan ForgetAfter { get; set; } = TimeSpan.FromDays(7);

    internal string? Connection { get; set; }

    internal bool IsSet => !string.IsNullOrWhiteSpace(Connection);

    internal ElasticAddress Address => ElasticAddress.Read(Connection, ApiKey, out _)!;
}

/// <summary>Refuses to start on a setting that cannot be used, and names it. Never repeats its value: an address holds a password.</summary>
internal sealed class CheckSearchOptions : IValidateOptions<SearchOptions>
{
    private const int LongestPrefix = 40;

    public ValidateOptionsResult Validate(string? name, SearchOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(SearchOptions options)
    {
        if (options.IsSet)
        {
            if (ElasticAddress.Read(options.Connection, options.ApiKey, out var problem) is null)
            {
                yield return problem!;
            }
        }
        else if (!string.IsNullOrWhiteSpace(options.ApiKey))
        {
            yield return "Search__ApiKey is set and ConnectionStrings__elasticsearch is not. Set both, or unset both.";
        }

        if (!string.IsNullOrWhiteSpace(options.CaFile) && !File.Exists(options.CaFile))
        {
            yield return "Search__CaFile names a file that is not there.";
        }

        if (options.IndexPrefix is not { Length: > 0 and <= LongestPrefix } prefix || !char.IsAsciiLetterLower(prefix[0]) || !prefix.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-'))
        {
            yield return $"Search__IndexPrefix is 1 to {LongestPrefix} of a-z, 0-9 and '-', and begins with a letter.";
        }

        foreach (var (setting, value, least, most) in new[]
        {
            ("Budget", options.Budget, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30)),
            ("BulkTimeout", options.BulkTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
            ("RetireAfter", options.RetireAfter, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)),
            ("ForgetAfter", options.ForgetAfter, TimeSpan.FromHours(1), TimeSpan.FromDays(365)),
        })
        {
            if (value < least || value > most)
            {
                yield return $"Search__{setting} must be from {least} to {most}.";
            }
        }

        if (options.BulkBytes is < 10_000 or > 50_000_000)
        {
            yield return "Search__BulkBytes must be from 10000 to 50000000.";
        }
    }
}

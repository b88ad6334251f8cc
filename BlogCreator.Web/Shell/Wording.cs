using System.Globalization;
using BlogCreator.Contracts;

namespace BlogCreator.Web.Shell;

/// <summary>How the pages say what the API says in codes.</summary>
public static class Wording
{
    /// <summary>What every blog made here is for, in one line.</summary>
    public const string Purpose = "Every factual sentence here is tied to its source, and checked against it.";

    /// <summary>The owner's line of purpose, or the product's.</summary>
    public static string PurposeOf(SiteDetails? site) => site?.Tagline is { Length: > 0 } tagline ? tagline : Purpose;

    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Supported => "Supported",
        Verdict.Partly => "Partly supported",
        Verdict.Contradicted => "Contradicted",
        Verdict.NotFound => "Not found in the source",
        Verdict.NotNeeded => "Needs no evidence",
        _ => verdict.ToString(),
    };

    /// <summary>The word of the public contract, as it stands in addresses and in data attributes.</summary>
    public static string Code(Verdict verdict) => verdict switch
    {
        Verdict.NotFound => "not-found",
        Verdict.NotNeeded => "not-needed",
        Verdict.Supported => "supported",
        Verdict.Partly => "partly",
        Verdict.Contradicted => "contradicted",
        _ => "",
    };

    public static string Word(DocumentStatus status) => status switch
    {
        DocumentStatus.Queued => "Waiting to be read",
        DocumentStatus.Reading => "Being read",
        DocumentStatus.Ready => "Ready",
        DocumentStatus.Failed => "Could not be read",
        _ => status.ToString(),
    };

    public static string Word(PostStatus status) => status switch
    {
        PostStatus.Draft => "Draft",
        PostStatus.Scheduled => "Scheduled",
        PostStatus.Published => "Published",
        PostStatus.Archived => "Archived",
        _ => status.ToString(),
    };

    public static string Word(GenerationStatus status) => status switch
    {
        GenerationStatus.Queued => "Waiting to start",
        GenerationStatus.Running => "Writing",
        GenerationStatus.Completed => "Finished",
        GenerationStatus.Failed => "Stopped by a problem",
        GenerationStatus.Cancelled => "Cancelled",
        _ => status.ToString(),
    };

    public static string Code<T>(T state)
        where T : struct, Enum => state.ToString().ToLowerInvariant();

    public static string Step(string name) => name switch
    {
        "read" => "Read the documents",
        "understand" => "Understand what they say",
        "plan" => "Plan the post",
        "retrieve" => "Find the passages",
        "write" => "Write",
        "check" => "Check every statement",
        "assemble" => "Put it together",
        _ => name,
    };

    public static string Type(string fileType) => fileType switch
    {
        "pdf" => "PDF",
        "markdown" => "Markdown",
        "text" => "Plain text",
        "docx" => "Word",
        "pptx" => "PowerPoint",
        "xlsx" or "xls" => "Excel",
        "csv" => "CSV table",
        "odt" => "OpenDocument text",
        "ods" => "OpenDocument sheet",
        "odp" => "OpenDocument slides",
        "rtf" => "Rich text",
        "epub" => "EPUB book",
        "html" => "Web page",
        "eml" => "E-mail",
        _ => fileType,
    };

    /// <summary>Two to four letters, where a picture of the kind would stand.</summary>
    public static string Badge(string fileType) => fileType switch
    {
        "markdown" => "MD",
        "text" => "TXT",
        null => "",
        _ => fileType.ToUpperInvariant(),
    };

    /// <summary>The files that are read, for the browser's file chooser.</summary>
    public const string Readable = ".pdf,.docx,.docm,.pptx,.pptm,.xlsx,.xlsm,.xls,.csv,.tsv,.odt,.ods,.odp,.rtf,.epub,.html,.htm,.xhtml,.eml,.md,.markdown,.txt,.text";

    public static (string One, string Many) Part(string fileType) => fileType switch
    {
        "pptx" or "odp" => ("slide", "slides"),
        "xlsx" or "xls" or "ods" => ("sheet", "sheets"),
        "epub" => ("part", "parts"),
        _ => ("page", "pages"),
    };

    /// <summary>How far a document is, after its kind and size: "page 12 of 80", "80 pages, 412 passages to cite".</summary>
    public static string Progress(DocumentDetails document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var (one, many) = Part(document.FileType);
        return document switch
        {
            { Status: DocumentStatus.Reading, PagesRead: { } read and > 0, Pages: { } pages } => string.Create(CultureInfo.InvariantCulture, $"{one} {read:N0} of {pages:N0}"),
            { Status: DocumentStatus.Ready, Pages: { } pages } => $"{Count(pages, one, many)} · {Count(document.Passages, "passage", "passages")} to cite",
            { Status: DocumentStatus.Ready } => $"{Count(document.Passages, "passage", "passages")} to cite",
            { Status: DocumentStatus.Failed, Pages: { } pages } => Count(pages, one, many),
            _ => "",
        };
    }

    /// <summary>Where trying again may help; other reasons need another file.</summary>
    public static bool MayRetry(DocumentDetails document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return document is { Status: DocumentStatus.Failed, ReasonCode: "cancelled" or "reader-crashed" or "reader-timeout" or "reader-memory" };
    }

    /// <summary>What a passage is, where it is not plain text.</summary>
    public static string Kind(string kind) => kind switch
    {
        "list" => "List",
        "table" => "Table",
        "code" => "Code",
        "quote" => "Quote",
        "caption" => "Caption",
        "note" => "Note",
        "toc" => "Contents",
        "references" => "References",
        _ => "",
    };

    /// <summary>In the units in which the limits are set: 1 MB is 1024 KB.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1 << 10 => Count((int)bytes, "byte", "bytes"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0} KB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.#} GB"),
    };

    public static string Count(int number, string one, string many) => number == 1
        ? "1 " + one
        : string.Create(CultureInfo.InvariantCulture, $"{number:N0} {many}");

    public static string Money(decimal amount, string currency) => string.Create(CultureInfo.InvariantCulture, $"{amount:0.00##} {currency}");

    public static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>With the time of day, which is that of no place but is said to be so.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Month(int month) => CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(month);

    public static string DayOfMonth(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM", CultureInfo.InvariantCulture);

    public static string Machine(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Checked(CheckSummary check)
    {
        ArgumentNullException.ThrowIfNull(check);
        return check switch
        {
            { Checked: 0 } => "No statement needs checking",
            _ when check.Supported == check.Checked => string.Create(CultureInfo.InvariantCulture, $"{check.Supported} of {check.Checked} statements checked"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{check.Supported} of {check.Checked} statements supported"),
        };
    }

    /// <summary>"Report.pdf, page 12", or under its headings where the format has no pages.</summary>
    public static string Where(EvidenceDetails evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return evidence.Page is { } page
            ? string.Create(CultureInfo.InvariantCulture, $"{evidence.DocumentName}, page {page}")
            : evidence.DocumentName;
    }

    public static string Pages(IReadOnlyList<int> pages)
    {
        ArgumentNullException.ThrowIfNull(pages);
        return pages.Count switch
        {
            0 => "",
            1 => string.Create(CultureInfo.InvariantCulture, $"page {pages[0]}"),
            _ => "pages " + string.Join(", ", pages.Select(page => page.ToString(CultureInfo.InvariantCulture))),
        };
    }
}

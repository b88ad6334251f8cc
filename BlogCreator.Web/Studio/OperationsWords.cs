using System.Globalization;
using BlogCreator.Contracts;
using BlogCreator.Web.Shell;

namespace BlogCreator.Web.Studio;

/// <summary>How the page of operations says what the API says in codes.</summary>
public static class OperationsWords
{
    public static string State(PartState state) => state switch { PartState.Well => "Well", PartState.Notice => "Worth knowing", _ => "Wrong" };

    /// <summary>The word by which the style sheet colours it.</summary>
    public static string Colour(PartState state) => state switch { PartState.Well => "ready", PartState.Notice => "notice", _ => "failed" };

    public static string Part(string name) => name switch
    {
        "database" => "Database",
        "redis" => "Redis",
        "files" => "Uploaded files",
        "jobs" => "Work",
        "documents" => "Documents",
        "search" => "Search",
        "embeddings" => "Search by meaning",
        "generations" => "Writing",
        "model" => "Language model",
        "sign-in" => "Sign-in",
        "backup" => "Backups",
        "web" => "Pages",
        "api" => "The service behind the pages",
        _ => Capital(name),
    };

    public static string Work(string kind) => kind switch
    {
        "documents.read" => "Reading a document",
        "documents.purge" => "Removing a deleted document",
        "files.remove" => "Removing a file that nobody uses",
        "writing.generate" => "Writing a post",
        "writing.rewrite" => "Writing a section anew",
        "posts.publish" => "Publishing a scheduled post",
        "posts.remove" => "Removing a deleted post",
        _ => kind,
    };

    /// <summary>What failed, where it has no name to be called by.</summary>
    public static string Failure(FailureDetails failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure switch
        {
            { Name: { Length: > 0 } name } => name,
            { Kind: "documents.read", IsOwn: false } => "A document of another person",
            { Kind: "documents.read" } => "A document",
            { Kind: "writing.rewrite", IsOwn: false } => "A section of another person’s post",
            { Kind: "writing.rewrite" } => "A section of a post",
            { IsOwn: false } => "A post of another person",
            _ => "A post without a topic",
        };
    }

    /// <summary>The page where it can be looked at; null where there is none for this person.</summary>
    public static string? Address(FailureDetails failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure switch
        {
            { IsOwn: false } => null,
            { PostId: { } post } => $"/studio/posts/{post}",
            _ => Address(failure.Kind, failure.Id),
        };
    }

    public static string? Address(string kind, Guid subject) => kind switch
    {
        "documents.read" => $"/studio/library/{subject}",
        "writing.generate" => $"/studio/generations/{subject}",
        "posts.publish" => $"/studio/posts/{subject}",
        _ => null,
    };

    public static string Value(OperationsFact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        return fact.Unit switch
        {
            "bytes" when long.TryParse(fact.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) => Wording.Size(bytes),
            "seconds" when double.TryParse(fact.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0.#} ms"),
            "time" => fact.Value,
            { } unit => $"{fact.Value} {unit}",
            null => fact.Value,
        };
    }

    /// <summary>The instant of a fact that is one.</summary>
    public static DateTimeOffset? Instant(OperationsFact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        return fact.Unit is "time" && DateTimeOffset.TryParse(fact.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
    }

    /// <summary>In the largest unit that says enough: "3 minutes", "2 days".</summary>
    public static string Length(TimeSpan length) => length switch
    {
        { TotalSeconds: < 60 } => Wording.Count(Math.Max(0, (int)length.TotalSeconds), "second", "seconds"),
        { TotalMinutes: < 60 } => Wording.Count((int)length.TotalMinutes, "minute", "minutes"),
        { TotalHours: < 48 } => Wording.Count((int)length.TotalHours, "hour", "hours"),
        _ => Wording.Count((int)length.TotalDays, "day", "days"),
    };

    public static string Ago(DateTimeOffset at, DateTimeOffset now) => (now - at) switch
    {
        { TotalSeconds: < -1 } ahead => "in " + Length(-ahead),
        { TotalSeconds: < 5 } => "just now",
        var past => Length(past) + " ago",
    };

    /// <summary>"November 2026".</summary>
    public static string Month(string month) =>
        DateTime.TryParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first) ? first.ToString("MMMM yyyy", CultureInfo.InvariantCulture) : month;

    public static string Number(long number) => number == 0 ? "–" : number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Capital(string text) => string.IsNullOrEmpty(text) ? "" : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>Why nothing was tried again, by the code that is in the address of the page: words in an address would be anybody's.</summary>
    public static string? Refusal(string? code) => code switch
    {
        null or "" => null,
        "not-given-up" => "There is nothing to try again: this work is waiting, running, done or removed by now.",
        "not-failed" => "It is being tried again already, or has not quite ended. Look again in a few seconds.",
        "not-found" => "It is not there any more: it was tried again, mended or removed meanwhile.",
        "database-away" => "The database was away at that moment, and nothing was done. Try again in a few seconds.",
        _ => "It could not be tried again. Nothing was lost; please try once more.",
    };
}

namespace BlogCreator.Api.Writing;

/// <summary>What part a section plays in its document.</summary>
public enum SectionRole
{
    Other,
    Abstract,
    Introduction,
    Method,
    Result,
    Discussion,
    Conclusion,
}

/// <summary>What the documents of a brief say, ready to be planned.</summary>
/// <param name="TermWeights">How much a term (a stem) says about the documents, 0 to 1.</param>
/// <param name="KeyPhrases">What the documents speak about, most telling first.</param>
public sealed record Understanding(
    string Language,
    IReadOnlyList<UnderstoodDocument> Documents,
    IReadOnlyDictionary<string, double> TermWeights,
    IReadOnlyList<KeyPhrase> KeyPhrases)
{
    /// <summary>The stem of each short form that a document explains, with the stems of what it stands for.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ShortForms { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
}

/// <param name="Paper">A research article, whose "we" are its authors.</param>
public sealed record UnderstoodDocument(Guid Id, string Name, string Title, bool Paper, IReadOnlyList<UnderstoodSection> Sections);

/// <param name="Heading">Its own heading where that says something, else empty.</param>
public sealed record UnderstoodSection(string Heading, SectionRole Role, double Position, IReadOnlyList<UnderstoodPassage> Passages);

public sealed record UnderstoodPassage(Guid Id, int Order, IReadOnlyList<UsableSentence> Sentences);

/// <summary>A sentence of a source that may be shown in a post.</summary>
/// <param name="Number">Which sentence of its passage it is, from 0.</param>
/// <param name="Text">What is shown: the source's words without its citations.</param>
/// <param name="StandsAlone">Understandable without the sentence before it.</param>
/// <param name="Verbatim">Exactly as in the source, so that it may be quoted.</param>
/// <param name="Polish">How well it reads by itself, 0 to 1.</param>
/// <param name="Weight">How much it says of what the documents are about, 0 to 1.</param>
/// <param name="Point">How well it serves as a main point: an outcome does, the work of others, a procedure or a row of codes does not.</param>
/// <param name="Quotable">How well it serves as a quotation, 0 when it does not.</param>
public sealed record UsableSentence(Guid PassageId, int Number, string Text, bool StandsAlone, bool Verbatim, double Polish, double Weight, double Point, double Quotable);

/// <param name="Text">As the documents write it.</param>
/// <param name="Terms">Its stems.</param>
public sealed record KeyPhrase(string Text, IReadOnlyList<string> Terms, double Weight);

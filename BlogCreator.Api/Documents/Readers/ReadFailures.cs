using System.Globalization;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Every way in which reading can end badly, in words for the person who uploaded the file.</summary>
internal static class ReadFailures
{
    public static readonly ReaderFailure EmptyFile = new("empty-file", "The file is empty. Upload it again after checking that it opens on your computer.");

    public static readonly ReaderFailure NoPages = new("no-pages", "The PDF has no pages. Export it again from the program it was made with.");

    public static readonly ReaderFailure Encrypted = new("encrypted", "The file is protected by a password. Save a copy without the password and upload that.");

    public static readonly ReaderFailure Drm = new("encrypted", "The book is protected against copying, so its text cannot be read. Upload an edition without copy protection.");

    public static readonly ReaderFailure Bomb = new("unpacks-too-large", "Unpacked, the file is far larger than a document should be, so it was not read. Save it again in the program it was made with, and upload the new copy.");

    public static readonly ReaderFailure Cancelled = new("cancelled", "Reading was stopped because you asked for it. Nothing was lost: read it again whenever you like.");

    public static readonly ReaderFailure Damaged = new("damaged", "The file is damaged or was cut off, so its text cannot be trusted. Download or export it again and upload the new copy.");

    public static readonly ReaderFailure NoText = new("no-text", "No text was found: the pages seem to be pictures, as in a scan. Run text recognition (OCR) over the file and upload the result.");

    public static readonly ReaderFailure NoTextOnSlides = new("no-text", "The slides hold no text, only pictures or empty shapes. Write what they show into the slides or their notes, and upload them again.");

    public static readonly ReaderFailure UnreadableText = new("no-text", "The letters of this file cannot be turned into text, because it does not say which characters they stand for. Export it again, or run text recognition (OCR) over it.");

    public static readonly ReaderFailure NothingWritten = new("no-text", "The file holds no text.");

    public static readonly ReaderFailure Crashed = new("reader-crashed", "The file made the reader fail. It may be damaged: open it in the program it was made with, save it again and upload the new copy.");

    public static readonly ReaderFailure TimedOut = new("reader-timeout", "Reading the file took too long and was stopped. Split it into smaller parts, or save it again in a simpler form.");

    public static readonly ReaderFailure OutOfMemory = new("reader-memory", "Reading the file needed too much memory and was stopped. Split it into smaller parts, or save it again in a simpler form.");

    public static ReaderFailure ContentMismatch(string fileType) => new("content-mismatch", fileType switch
    {
        "pdf" => "The name says that this is a PDF, but the content is something else. Check the file, and upload it under the ending that fits.",
        "markdown" or "text" => "The name says that this is text, but the content is something else. Check the file, and upload it under the ending that fits.",
        _ => "The content of this file is not what the ending of its name says. Check the file, and upload it under the ending that fits.",
    });

    public static ReaderFailure TooManyPages(int pages, int most) => new("too-long", string.Create(
        CultureInfo.InvariantCulture,
        $"The document has {pages:N0} pages; at most {most:N0} are read. Upload the part that matters."));

    public static ReaderFailure TooManyCharacters(int most) => new("too-long", string.Create(
        CultureInfo.InvariantCulture,
        $"The document holds more than {most:N0} characters, which is the most that is read. Upload the part that matters."));

    public static readonly ReaderFailure TooMuchOutput = new("too-long", "The document holds more text than can be read at once. Upload the part that matters.");
}

/// <summary>Ends reading with a reason that its owner can act on.</summary>
internal sealed class ReadFailedException(ReaderFailure failure) : Exception(failure.Reason)
{
    public ReaderFailure Failure { get; } = failure;
}

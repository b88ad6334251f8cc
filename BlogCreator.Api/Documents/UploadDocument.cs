using System.Diagnostics.Metrics;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents.Files;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace BlogCreator.Api.Documents;

/// <summary>
/// Takes a file as it streams in, stores it under its hash and queues it to be read. The same bytes from the same owner are
/// the same document.
/// </summary>
internal sealed class UploadDocument(
    BlogDb db, IFileStore files, KeepFile keep, QueueReading queue, SecurityEvents security, TimeProvider clock, IOptions<UploadOptions> limits)
{
    // Boundaries, part headers and small fields beside the file.
    private const int Envelope = 64 * 1024;

    // A file may be removed, and a document purged, while the same bytes arrive; hardly ever twice in a row.
    private const int MostAttempts = 5;

    internal static readonly Counter<long> Uploads = Telemetry.Meter.CreateCounter<long>("document_uploads", description: "Files accepted for reading");

    public static Task<Results<Created<DocumentDetails>, Ok<DocumentDetails>, ProblemHttpResult>> Handle(
        HttpRequest request, CurrentUser user, UploadDocument upload, CancellationToken cancel) => upload.Take(request, user, cancel);

    private async Task<Results<Created<DocumentDetails>, Ok<DocumentDetails>, ProblemHttpResult>> Take(
        HttpRequest request, CurrentUser user, CancellationToken cancel)
    {
        var maxBody = limits.Value.MaxBytes + Envelope;
        if (request.ContentLength > maxBody)
        {
            return TooLarge(request);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
        {
            body.MaxRequestBodySize = maxBody;
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 200 } boundary)
        {
            return NoFile();
        }

        try
        {
            var (name, content) = await FindFile(new MultipartReader(boundary, request.Body), cancel);
            if (content is null)
            {
                return NoFile();
            }

            var fileName = UploadedName.Clean(name);
            if (UploadedName.TypeOf(fileName) is not { } fileType)
            {
                await LetArrive(request, cancel);
                security.Note(SecurityEvent.UploadRefused, "unsupported-type");
                return NotRead(fileName);
            }

            await using var staged = await files.Stage(content, limits.Value.MaxBytes, cancel);
            // The file is whole: whoever leaves now still finds it stored, and not as bytes without a document.
            return await Store(staged, fileName, fileType, user.Id, CancellationToken.None);
        }
        catch (FileTooLargeException)
        {
            await LetArrive(request, cancel);
            return TooLarge(request);
        }
        catch (FileStoreException trouble)
        {
            await LetArrive(request, cancel);
            return ExplainFileStore.Refuse(trouble, request.HttpContext.Response);
        }
        catch (BadHttpRequestException refused) when (refused.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TooLarge(request);
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException && !cancel.IsCancellationRequested)
        {
            return Problems.Invalid("incomplete-upload", "The upload ended before the whole file had arrived. Send it again.");
        }
    }

    /// <summary>Keeps a file of our own as if this person had uploaded it.</summary>
    public async Task<Guid> Add(Stream content, string fileName, Guid ownerId, CancellationToken cancel)
    {
        await using var staged = await files.Stage(content, limits.Value.MaxBytes, cancel);
        var stored = await Store(staged, fileName, UploadedName.TypeOf(fileName)!, ownerId, cancel);
        return ((IValueHttpResult<DocumentDetails>)stored.Result).Value!.Id;
    }

    private static async Task<(string Name, Stream? Content)> FindFile(MultipartReader parts, CancellationToken cancel)
    {
        while (await parts.ReadNextSectionAsync(cancel) is { } part)
        {
            if (ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var field)
                && string.Equals(HeaderUtilities.RemoveQuotes(field.Name).Value, "file", StringComparison.Ordinal)
                && (field.FileNameStar.HasValue || field.FileName.HasValue))
            {
                var name = field.FileNameStar.HasValue ? field.FileNameStar : HeaderUtilities.RemoveQuotes(field.FileName);
                return (name.Value ?? string.Empty, part.Body);
            }
        }

        return (string.Empty, null);
    }

    private async Task<Results<Created<DocumentDetails>, Ok<DocumentDetails>, ProblemHttpResult>> Store(
        StagedFile staged, string fileName, string fileType, Guid ownerId, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var stored = await StoreOnce(staged, fileName, fileType, ownerId, cancel);
                Uploads.Add(1, new KeyValuePair<string, object?>("file_type", fileType));
                return stored;
            }
            catch (DbUpdateException meanwhile) when (attempt < MostAttempts && !FullDatabase.Is(meanwhile))
            {
                // Another upload of the same bytes was first, or their removal was: look again at what is there.
                db.ChangeTracker.Clear();
            }
        }
    }

    private async Task<Results<Created<DocumentDetails>, Ok<DocumentDetails>, ProblemHttpResult>> StoreOnce(
        StagedFile staged, string fileName, string fileType, Guid ownerId, CancellationToken cancel)
    {
        await keep.Keep(staged, cancel);
        if (await Existing(ownerId, staged.Sha256, cancel) is { } known)
        {
            await db.SaveChangesAsync(cancel);
            return TypedResults.Ok(await ReadAgain(known, fileName, fileType, cancel));
        }

        var now = clock.GetUtcNow();
        var document = Document.Create(ownerId, fileName, fileType, staged.Sha256, staged.Size, now);
        db.Documents.Add(document);
        db.Jobs.Add(Job.Create(ReadDocument.Kind, document.Id, now));
        await db.SaveChangesAsync(cancel);
        security.Note(SecurityEvent.UploadComplete, fileType, ownerId, document.Id.ToString());
        return TypedResults.Created($"/api/v1/documents/{document.Id}", DescribeDocument.ToDetails(document));
    }

    private Task<Document?> Existing(Guid ownerId, string sha256, CancellationToken cancel) =>
        // Also one that was removed: the same bytes again bring it back.
        db.Documents.IgnoreQueryFilters().SingleOrDefaultAsync(document => document.OwnerId == ownerId && document.Sha256 == sha256, cancel);

    private async Task<DocumentDetails> ReadAgain(Document document, string fileName, string fileType, CancellationToken cancel)
    {
        if (document.DeletedAt is not null)
        {
            document = await RestoreDocument.BringBack(document, db, queue, clock.GetUtcNow(), cancel);
        }

        if (document.Status == DocumentStatus.Failed)
        {
            document = await queue.Add(document, fileName, fileType, cancel) ?? document;
        }

        return DescribeDocument.ToDetails(document);
    }

    /// <summary>
    /// Takes the rest, up to the limit, and forgets it: a proxy that is still sending would see a broken connection, and not
    /// the answer.
    /// </summary>
    private static async Task LetArrive(HttpRequest request, CancellationToken cancel)
    {
        try
        {
            await request.Body.CopyToAsync(Stream.Null, cancel);
        }
        catch (Exception ended) when (ended is IOException && !cancel.IsCancellationRequested)
        {
            // Over the limit, or the sender has left: the answer is the same.
        }
    }

    private ProblemHttpResult TooLarge(HttpRequest request)
    {
        security.Note(SecurityEvent.UploadRefused, "too-large");
        // What has not arrived is not wanted any more.
        request.HttpContext.Response.Headers.Connection = "close";
        var megabytes = limits.Value.MaxBytes / 1_048_576.0;
        return Problems.Refuse(
            StatusCodes.Status413PayloadTooLarge,
            "too-large",
            "The file is too large",
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Files up to {megabytes:0.##} MB are taken. Split the document, or ask whoever runs this site to raise the limit."),
            ("maxBytes", limits.Value.MaxBytes));
    }

    private static ProblemHttpResult NotRead(string fileName) => Problems.Refuse(
        StatusCodes.Status415UnsupportedMediaType,
        "unsupported-type",
        "This kind of file is not read",
        UploadedName.Refusal(fileName),
        ("accepted", UploadedName.Types.Keys));

    private static ProblemHttpResult NoFile() =>
        Problems.Invalid("no-file", "Send the document as multipart/form-data, in a field named 'file' that carries the file's name.");
}

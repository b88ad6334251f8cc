using System.Globalization;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents.Files;

/// <summary>Whether uploaded files can be kept, and whether those that are kept are still what they were.</summary>
internal sealed class ReportOnFiles(IOptions<StorageOptions> storage, IFileStore files, CheckFile check) : IReportOnItself
{
    private const long Little = 512L << 20;
    private const long None = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static string Part => "files";

    public async Task<OperationsPart> Report(CancellationToken cancel)
    {
        var damaged = await check.CountDamaged(cancel);
        var part = files is S3FileStore bucket ? await OfBucket(bucket, cancel) : OfFolder(storage.Value.Folder);
        OperationsFact count = new("damaged", damaged.ToString(CultureInfo.InvariantCulture));
        part = part with { Facts = [.. part.Facts, count] };
        return damaged == 0 || part.State == PartState.Wrong ? part : part with
        {
            State = PartState.Wrong,
            Words = $"{(damaged == 1 ? "One uploaded file is" : $"{damaged} uploaded files are")} missing or altered. The command \"verify-files\" names the documents; bring the files back from a backup, or upload them again.",
        };
    }

    private static OperationsPart OfFolder(string folder)
    {
        if (!StorageOptions.IsWritable(folder))
        {
            return Wrong("The folder of the uploaded files cannot be written to. Nothing can be uploaded until that is mended; what is there is safe.");
        }

        var disk = new DriveInfo(Path.GetFullPath(folder));
        IReadOnlyList<OperationsFact> facts =
        [
            new("kept in", "folder"),
            new("free", disk.AvailableFreeSpace.ToString(CultureInfo.InvariantCulture), "bytes"),
            new("disk", disk.TotalSize.ToString(CultureInfo.InvariantCulture), "bytes"),
        ];
        return disk.AvailableFreeSpace switch
        {
            < None => Wrong("The disk of the uploaded files is full. Nothing can be uploaded until there is room; what is there can be read.", facts),
            < Little => Wrong("The disk of the uploaded files is almost full. Make room before something cannot be saved.", facts),
            _ => new OperationsPart("files", PartState.Well, "Files can be kept, and the disk has room.", facts),
        };
    }

    private static async Task<OperationsPart> OfBucket(S3FileStore bucket, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            await bucket.Look(patience.Token);
            return new OperationsPart("files", PartState.Well, "The bucket of the uploaded files answers.", [new("kept in", "bucket")]);
        }
        catch (Exception away) when (away is FileStoreException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return Wrong("The bucket of the uploaded files does not answer. Nothing can be uploaded or read until it does, and what waits goes on by itself; what is there is safe.", [new("kept in", "bucket")]);
        }
    }

    private static OperationsPart Wrong(string words, IReadOnlyList<OperationsFact>? facts = null) => new("files", PartState.Wrong, words, facts ?? []);
}

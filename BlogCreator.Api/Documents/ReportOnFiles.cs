using System.Globalization;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents;

/// <summary>Whether uploaded files can be kept: the folder can be written to and its disk has room.</summary>
internal sealed class ReportOnFiles(IOptions<StorageOptions> storage) : IReportOnItself
{
    private const long Little = 512L << 20;

    public Task<OperationsPart> Report(CancellationToken cancel)
    {
        if (!storage.Value.IsWritable())
        {
            return Task.FromResult(new OperationsPart("files", PartState.Wrong, "The folder of the uploaded files cannot be written to. Nothing can be uploaded until that is mended; what is there is safe.", []));
        }

        var disk = new DriveInfo(Path.GetFullPath(storage.Value.Path));
        IReadOnlyList<OperationsFact> facts =
        [
            new("free", disk.AvailableFreeSpace.ToString(CultureInfo.InvariantCulture), "bytes"),
            new("disk", disk.TotalSize.ToString(CultureInfo.InvariantCulture), "bytes"),
        ];
        return Task.FromResult(disk.AvailableFreeSpace < Little
            ? new OperationsPart("files", PartState.Wrong, "The disk of the uploaded files is almost full. Make room before something cannot be saved.", facts)
            : new OperationsPart("files", PartState.Well, "Files can be kept, and the disk has room.", facts));
    }
}

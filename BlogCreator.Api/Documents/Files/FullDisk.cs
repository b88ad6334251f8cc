namespace BlogCreator.Api.Documents.Files;

/// <summary>Tells a full disk, or a used-up quota, from every other error of a file system.</summary>
internal static class FullDisk
{
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    // .NET has no exception of its own for it: it hands on the number of the system.
    public static bool Is(Exception cause) => cause is IOException { HResult: var number } && (OperatingSystem.IsWindows()
        ? number is WindowsDiskFull or WindowsHandleDiskFull
        : number is NoSpaceLeft or QuotaExceeded);
}

using System.IO.Compression;
using System.Xml;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>
/// A ZIP archive that a stranger made. What it says of its own sizes is not believed: every byte that comes out is counted,
/// and reading ends when there are too many.
/// </summary>
internal sealed class SafeZip : IDisposable
{
    private const int MostEntries = 20_000;
    private const long MostInflated = 400L << 20;
    // Sheets of numbers shrink to a fiftieth; what shrinks much further holds nothing but itself again and again.
    private const long SuspectFrom = 64L << 20;
    private const int MostRatio = 500;

    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.OrdinalIgnoreCase);
    private long _inflated;

    private SafeZip(ZipArchive archive)
    {
        _archive = archive;
        if (archive.Entries.Count > MostEntries)
        {
            throw new ReadFailedException(ReadFailures.Bomb);
        }

        foreach (var entry in archive.Entries)
        {
            _entries.TryAdd(entry.FullName.Replace('\\', '/'), entry);
        }
    }

    public IEnumerable<string> Names => _entries.Keys;

    public static SafeZip Open(string path)
    {
        if (OleFile.Is(path))
        {
            // An office document with a password is an OLE file in which the ZIP lies encrypted.
            throw new ReadFailedException(OleFile.IsEncrypted(path) ? ReadFailures.Encrypted : ReadFailures.ContentMismatch("zip"));
        }

        ZipArchive archive;
        try
        {
            archive = ZipFile.OpenRead(path);
        }
        catch (InvalidDataException)
        {
            throw new ReadFailedException(ReadFailures.Damaged);
        }

        return new SafeZip(archive);
    }

    /// <summary>Unpacks everything once, into nothing, for a reader that opens the archive by itself.</summary>
    public static void Check(string path)
    {
        using var zip = Open(path);
        var buffer = new byte[1 << 16];
        foreach (var name in zip.Names)
        {
            using var entry = zip.OpenEntry(name);
            while (entry?.Read(buffer) > 0)
            {
                // Counted as it comes.
            }
        }
    }

    public bool Has(string name) => _entries.ContainsKey(name);

    public Stream? OpenEntry(string name) =>
        _entries.TryGetValue(name, out var entry) ? new Counted(entry.Open(), this, entry.CompressedLength) : null;

    public byte[]? ReadEntry(string name)
    {
        using var entry = OpenEntry(name);
        if (entry is null)
        {
            return null;
        }

        using var copy = new MemoryStream();
        entry.CopyTo(copy);
        return copy.ToArray();
    }

    public XmlReader? OpenXml(string name) => OpenEntry(name) is { } entry ? PlainXml.Open(entry) : null;

    public void Dispose() => _archive.Dispose();

    private sealed class Counted(Stream inner, SafeZip zip, long packed) : Stream
    {
        private long _own;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _own; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            _own += read;
            zip._inflated += read;
            if (zip._inflated > MostInflated || (_own > SuspectFrom && _own > packed * MostRatio))
            {
                throw new ReadFailedException(ReadFailures.Bomb);
            }

            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents.Files;

/// <summary>
/// Files in a bucket. The name of a file is the hash of its bytes, which is known only when the last one has passed: what
/// fits into one buffer is sent under its name at once; what is larger goes in parts to a key of its own and is copied to
/// its name, within the bucket, when it is whole. At most one buffer of a file is in memory, and none of it on our disk.
/// </summary>
internal sealed partial class S3FileStore : IFileStore, IDisposable
{
    // At least 5 MB by the protocol; a power of two is what the pool hands out without waste.
    private const int Part = 8 << 20;

    // Uploads that hold a buffer at the same moment; those beyond wait a little.
    private const int MostAtOnce = 16;

    // Well under the time after which a request of the browser ends; a part may go over a slow line.
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Sending = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Copying = TimeSpan.FromMinutes(5);

    private readonly S3Options _options;
    private readonly string _bucket;
    private readonly string _prefix;
    private readonly WorkFolder _work;
    private readonly ILogger<S3FileStore> _logger;
    private readonly AmazonS3Client _s3;
    private readonly SemaphoreSlim _buffers = new(MostAtOnce);

    public S3FileStore(IOptions<StorageOptions> options, WorkFolder work, ILogger<S3FileStore> logger)
    {
        _options = options.Value.S3;
        _bucket = _options.Bucket!;
        _prefix = _options.Prefix?.Trim('/') is { Length: > 0 } prefix ? prefix + "/" : "";
        (_work, _logger) = (work, logger);
        _s3 = Connect(_options);
    }

    public async Task<StagedFile> Stage(Stream content, long maxBytes, CancellationToken cancel)
    {
        if (!await _buffers.WaitAsync(Brief, cancel))
        {
            throw new FileStoreException(FileStoreTrouble.Away);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Part);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var length = await Fill(content, buffer, hash, maxBytes, cancel);
            if (length < Part)
            {
                var small = new Staged(this, Hex(hash), length) { Buffer = buffer };
                buffer = null;
                return small;
            }

            return await SendParts(content, buffer, hash, maxBytes, cancel);
        }
        finally
        {
            // A small file holds it until it is kept.
            if (buffer is not null)
            {
                GiveBack(buffer);
            }
        }
    }

    public async Task Keep(StagedFile staged, CancellationToken cancel)
    {
        var file = (Staged)staged;
        var key = KeyOf(file.Sha256);
        if (file.Buffer is { } buffer)
        {
            using var content = new MemoryStream(buffer, 0, (int)file.Size, writable: false);
            await Ask(Sending, stop => _s3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = _bucket,
                    Key = key,
                    InputStream = content,
                    AutoCloseStream = false,
                    // The hash of the whole body is signed, and with it what arrives is checked; servers of other makers know no chunks.
                    UseChunkEncoding = false,
                    ServerSideEncryptionMethod = Encryption,
                },
                stop), cancel);
            return;
        }

        await Ask(Copying, stop => _s3.CopyObjectAsync(
            new CopyObjectRequest { SourceBucket = _bucket, SourceKey = file.Key, DestinationBucket = _bucket, DestinationKey = key, ServerSideEncryptionMethod = Encryption },
            stop), cancel);
    }

    public async Task<Stream?> OpenRead(string sha256, CancellationToken cancel)
    {
        var key = KeyOf(sha256);
        var answer = await AskFor(Brief, stop => _s3.GetObjectAsync(new GetObjectRequest { BucketName = _bucket, Key = key }, stop), cancel);
        return answer is null ? null : new StoreStream(answer);
    }

    public async Task<LocalCopy?> Borrow(string sha256, CancellationToken cancel)
    {
        await using var content = await OpenRead(sha256, cancel);
        if (content is null)
        {
            return null;
        }

        var path = Path.Combine(_work.Path, $"copy-{Guid.CreateVersion7():n}");
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
            var (found, _) = await HashStream.Of(content, long.MaxValue, piece => file.WriteAsync(piece, cancel), cancel);
            return new LocalCopy(path, found, () => File.Delete(path));
        }
        catch (Exception failure)
        {
            File.Delete(path);
            if (failure is IOException or UnauthorizedAccessException)
            {
                throw FileStoreException.From(failure);
            }

            throw;
        }
    }

    public Task Delete(string sha256, CancellationToken cancel)
    {
        var key = KeyOf(sha256);
        return Ask(Brief, stop => _s3.DeleteObjectAsync(_bucket, key, stop), cancel);
    }

    public async Task<int> Sweep(DateTimeOffset before, CancellationToken cancel) =>
        await SweepKeys(before.UtcDateTime, cancel) + await SweepParts(before.UtcDateTime, cancel);

    /// <summary>Whether the bucket answers to us; asked where hardly anything ever lies.</summary>
    public Task Look(CancellationToken cancel) =>
        Ask(Brief, stop => _s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket, Prefix = Incoming, MaxKeys = 1 }, stop), cancel);

    // The semaphore holds nothing of the system, and an upload that is cut off may still give its buffer back.
    public void Dispose() => _s3.Dispose();

    private ServerSideEncryptionMethod? Encryption =>
        _options.ServerSideEncryption is { Length: > 0 } method ? ServerSideEncryptionMethod.FindValue(method) : null;

    private string Incoming => _prefix + "incoming/";

    private static AmazonS3Client Connect(S3Options options)
    {
        var config = new AmazonS3Config
        {
            // Each request has a budget of its own; this ends one attempt of it.
            Timeout = Copying,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // With growing pauses, and only what is safe: every request of ours may be sent twice.
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = 3,
            // Newer checksums travel in trailers that most other servers refuse; the signed hash of each body does the same work.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (!string.IsNullOrWhiteSpace(options.Endpoint))
        {
            config.ServiceURL = options.Endpoint;
            config.ForcePathStyle = true;
            config.AuthenticationRegion = string.IsNullOrWhiteSpace(options.Region) ? "us-east-1" : options.Region;
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        }

        return string.IsNullOrWhiteSpace(options.AccessKey)
            ? new AmazonS3Client(config)
            : new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
    }

    /// <returns>How much there was: less than the buffer holds at the end of the content only.</returns>
    private static async Task<int> Fill(Stream content, byte[] buffer, IncrementalHash hash, long most, CancellationToken cancel)
    {
        var length = 0;
        while (length < Part && await content.ReadAsync(buffer.AsMemory(length, Part - length), cancel) is > 0 and var read)
        {
            hash.AppendData(buffer, length, read);
            length += read;
            if (length > most)
            {
                throw new FileTooLargeException();
            }
        }

        return length;
    }

    /// <summary>The buffer is full already.</summary>
    private async Task<StagedFile> SendParts(Stream content, byte[] buffer, IncrementalHash hash, long maxBytes, CancellationToken cancel)
    {
        var key = Incoming + Guid.CreateVersion7().ToString("n");
        var upload = (await Ask(Brief, stop => _s3.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = _bucket, Key = key, ServerSideEncryptionMethod = Encryption }, stop), cancel)).UploadId;
        try
        {
            var parts = new List<PartETag>();
            long size = 0;
            for (var length = Part; length > 0; length = length < Part ? 0 : await Fill(content, buffer, hash, maxBytes - size, cancel))
            {
                parts.Add(await SendPart(key, upload, parts.Count + 1, buffer, length, cancel));
                size += length;
            }

            await Complete(key, upload, parts, size, cancel);
            return new Staged(this, Hex(hash), size) { Key = key };
        }
        catch
        {
            await Abort(key, upload);
            throw;
        }
    }

    private async Task<PartETag> SendPart(string key, string upload, int number, byte[] buffer, int length, CancellationToken cancel)
    {
        using var content = new MemoryStream(buffer, 0, length, writable: false);
        var answer = await Ask(Sending, stop => _s3.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = _bucket,
                Key = key,
                UploadId = upload,
                PartNumber = number,
                InputStream = content,
                PartSize = length,
                UseChunkEncoding = false,
            },
            stop), cancel);
        return new PartETag(number, answer.ETag);
    }

    private async Task Complete(string key, string upload, List<PartETag> parts, long size, CancellationToken cancel)
    {
        try
        {
            await Ask(Sending, stop => _s3.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = _bucket, Key = key, UploadId = upload, PartETags = parts }, stop), cancel);
        }
        catch (FileStoreException lost) when (lost.InnerException is AmazonS3Exception { ErrorCode: "NoSuchUpload" })
        {
            // Done already, and only the answer was lost on its way.
            if (await AskFor(Brief, stop => _s3.GetObjectMetadataAsync(_bucket, key, stop), cancel) is not { } found || found.ContentLength != size)
            {
                throw;
            }
        }
    }

    private async Task Abort(string key, string upload)
    {
        try
        {
            await Ask(Brief, stop => _s3.AbortMultipartUploadAsync(_bucket, key, upload, stop), CancellationToken.None);
        }
        catch (FileStoreException failure)
        {
            // The sweep comes by later.
            LogNotAborted(_logger, failure.InnerException ?? failure);
        }
    }

    private async Task Discard(string key)
    {
        try
        {
            await Ask(Brief, stop => _s3.DeleteObjectAsync(_bucket, key, stop), CancellationToken.None);
        }
        catch (FileStoreException failure)
        {
            LogNotAborted(_logger, failure.InnerException ?? failure);
        }
    }

    private async Task<int> SweepKeys(DateTime before, CancellationToken cancel)
    {
        var removed = 0;
        string? next = null;
        do
        {
            var page = await Ask(Brief, stop => _s3.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = _bucket, Prefix = Incoming, ContinuationToken = next }, stop), cancel);
            foreach (var left in (page.S3Objects ?? []).Where(file => file.LastModified?.ToUniversalTime() < before))
            {
                await Ask(Brief, stop => _s3.DeleteObjectAsync(_bucket, left.Key, stop), cancel);
                removed++;
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
        return removed;
    }

    private async Task<int> SweepParts(DateTime before, CancellationToken cancel)
    {
        var removed = 0;
        try
        {
            var (key, upload) = ((string?)null, (string?)null);
            do
            {
                var page = await Ask(Brief, stop => _s3.ListMultipartUploadsAsync(
                    new ListMultipartUploadsRequest { BucketName = _bucket, Prefix = Incoming, KeyMarker = key, UploadIdMarker = upload }, stop), cancel);
                foreach (var left in (page.MultipartUploads ?? []).Where(left => left.Initiated?.ToUniversalTime() < before))
                {
                    await Ask(Brief, stop => _s3.AbortMultipartUploadAsync(_bucket, left.Key, left.UploadId, stop), cancel);
                    removed++;
                }

                (key, upload) = page.IsTruncated == true ? (page.NextKeyMarker, page.NextUploadIdMarker) : (null, null);
            }
            while (key is not null);
        }
        catch (FileStoreException refused) when (refused.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed })
        {
            // Not every server lists them; those that do not have rules of their own for what is left.
        }

        return removed;
    }

    private async Task<T?> AskFor<T>(TimeSpan budget, Func<CancellationToken, Task<T>> request, CancellationToken cancel)
        where T : class
    {
        try
        {
            return await Ask(budget, request, cancel);
        }
        // Not the bucket: without that nothing can be said of the file. The answer to HEAD has no body that would tell.
        catch (FileStoreException missing) when (missing.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: "NoSuchKey" or "NotFound" })
        {
            return null;
        }
    }

    private async Task<T> Ask<T>(TimeSpan budget, Func<CancellationToken, Task<T>> request, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stop.CancelAfter(budget);
        try
        {
            return await request(stop.Token);
        }
        catch (AmazonS3Exception refused)
        {
            if (refused.StatusCode != HttpStatusCode.NotFound)
            {
                LogRefused(_logger, (int)refused.StatusCode, refused.ErrorCode, refused.RequestId);
            }

            throw new FileStoreException(IsFull(refused) ? FileStoreTrouble.Full : FileStoreTrouble.Away, refused);
        }
        // Whatever else the SDK throws: it cannot be reached, its answer ends early or makes no sense.
        catch (Exception away) when (!cancel.IsCancellationRequested)
        {
            LogAway(_logger, away);
            throw new FileStoreException(FileStoreTrouble.Away, away);
        }
    }

    private static bool IsFull(AmazonS3Exception refused) =>
        refused.StatusCode == HttpStatusCode.InsufficientStorage || refused.ErrorCode is "XMinioStorageFull" or "QuotaExceeded";

    private static string Hex(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());

    private string KeyOf(string sha256)
    {
        FileName.Check(sha256);
        return $"{_prefix}files/{sha256}";
    }

    private void GiveBack(byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        _buffers.Release();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bucket refused a request: {Status} {Code} ({RequestId})")]
    private static partial void LogRefused(ILogger logger, int status, string? code, string? requestId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bucket did not answer, or not in a way that can be understood")]
    private static partial void LogAway(ILogger logger, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not remove what an upload has left in the bucket")]
    private static partial void LogNotAborted(ILogger logger, Exception failure);

    private sealed class Staged(S3FileStore store, string sha256, long size) : StagedFile(sha256, size)
    {
        /// <summary>The whole of a small file.</summary>
        public byte[]? Buffer { get; set; }

        /// <summary>Where a large file lies in the bucket.</summary>
        public string? Key { get; set; }

        public override async ValueTask DisposeAsync()
        {
            if (Buffer is { } buffer)
            {
                Buffer = null;
                store.GiveBack(buffer);
            }

            if (Key is { } key)
            {
                Key = null;
                await store.Discard(key);
            }
        }
    }

    /// <summary>The body of an answer, whose every piece has to come in time.</summary>
    private sealed class StoreStream(GetObjectResponse answer) : Stream
    {
        private long _left = answer.ContentLength;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            stop.CancelAfter(Brief);
            try
            {
                var read = await answer.ResponseStream.ReadAsync(buffer, stop.Token);
                _left -= read;
                return read;
            }
            catch (AmazonClientException) when (_left == 0)
            {
                // All of it has come, and the SDK's own comparison with an MD5 failed. Ours tells what that means.
                return 0;
            }
            catch (Exception away) when (away is IOException or HttpRequestException or AmazonClientException
                || (away is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                throw new FileStoreException(FileStoreTrouble.Away, away);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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
                answer.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

using System.Security.Cryptography;
using BlogCreator.Api.Documents.Files;
using BlogCreator.Tests.Platform;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.Documents.Files;

/// <summary>What every store of files has to do, wherever it keeps them.</summary>
public abstract class FileStoreTests : IAsyncLifetime
{
    // Three parts of a bucket's upload, the last one not full.
    private const int Large = 20_000_000;

    private protected abstract IFileStore Store { get; }

    /// <summary>What lies in the store, whole or half.</summary>
    protected abstract IReadOnlyList<string> Lying();

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8 << 20)]
    [InlineData(Large)]
    public async Task A_file_comes_back_as_it_went_in_and_is_seen_only_when_it_is_kept(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        var name = Convert.ToHexStringLower(SHA256.HashData(bytes));
        await using (var staged = await Store.Stage(new MemoryStream(bytes), size, CancellationToken.None))
        {
            Assert.Equal((name, size), (staged.Sha256, staged.Size));
            Assert.Null(await Store.OpenRead(name, CancellationToken.None));
            await Store.Keep(staged, CancellationToken.None);
        }

        Assert.Equal(bytes, await Read(name));
        string path;
        using (var copy = await Store.Borrow(name, CancellationToken.None))
        {
            path = copy!.Path;
            Assert.Equal(name, copy.Sha256);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
        }

        Assert.Single(Lying());
        await Store.Delete(name, CancellationToken.None);
        await Store.Delete(name, CancellationToken.None);
        Assert.Null(await Store.OpenRead(name, CancellationToken.None));
        Assert.Null(await Store.Borrow(name, CancellationToken.None));
        Assert.Empty(Lying());
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(Large)]
    public async Task What_is_too_large_or_breaks_off_leaves_nothing(int size)
    {
        await Assert.ThrowsAsync<FileTooLargeException>(() => Store.Stage(new MemoryStream(new byte[size]), size - 1, CancellationToken.None));
        await Assert.ThrowsAsync<EndOfStreamException>(() => Store.Stage(new BrokenStream(size), long.MaxValue, CancellationToken.None));
        await using (await Store.Stage(new MemoryStream(new byte[size]), size, CancellationToken.None))
        {
            // Received, and then not wanted.
        }

        Assert.Empty(Lying());
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Large)]
    public async Task The_same_bytes_sent_at_once_and_again_are_one_sound_file(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        var staged = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Store.Stage(new MemoryStream(bytes), size, CancellationToken.None)));
        foreach (var one in staged)
        {
            await Store.Keep(one, CancellationToken.None);
            await one.DisposeAsync();
        }

        Assert.Equal(bytes, await Read(staged[0].Sha256));
        Assert.Single(Lying());
    }

    [Fact]
    public async Task Keeping_the_same_bytes_mends_a_damaged_file()
    {
        var bytes = RandomNumberGenerator.GetBytes(1000);
        var name = await Keep(bytes);
        await File.WriteAllBytesAsync(Lying().Single(), new byte[1000]);
        using (var copy = await Store.Borrow(name, CancellationToken.None))
        {
            Assert.NotEqual(name, copy!.Sha256);
        }

        await Keep(bytes);
        Assert.Equal(bytes, await Read(name));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Large)]
    public async Task What_another_process_removed_while_it_was_kept_is_kept_again(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        await using (var staged = await Store.Stage(new MemoryStream(bytes), size, CancellationToken.None))
        {
            for (var time = 0; time < 3; time++)
            {
                await Store.Keep(staged, CancellationToken.None);
                await Store.Delete(staged.Sha256, CancellationToken.None);
            }

            await Store.Keep(staged, CancellationToken.None);
        }

        Assert.Equal(bytes, await Read(Convert.ToHexStringLower(SHA256.HashData(bytes))));
        Assert.Single(Lying());
    }

    [Fact]
    public async Task What_uploads_that_were_killed_have_left_goes_by_its_age()
    {
        var name = await Keep([1, 2, 3]);
        // Never disposed, as by a process that was killed.
        _ = await Store.Stage(new MemoryStream(new byte[Large]), Large, CancellationToken.None);
        await Begin();
        Assert.True(Lying().Count > 2);
        var now = TimeProvider.System.GetUtcNow();
        Assert.Equal(0, await Store.Sweep(now.AddDays(-1), CancellationToken.None));
        Assert.Equal(2, await Store.Sweep(now.AddDays(1), CancellationToken.None));
        Assert.Single(Lying());
        Assert.Equal([1, 2, 3], await Read(name));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    [InlineData("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    public async Task Only_a_hash_is_a_name(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.OpenRead(name, CancellationToken.None));

    /// <summary>An upload that has sent something and never ends.</summary>
    protected abstract Task Begin();

    private protected async Task<string> Keep(byte[] bytes)
    {
        await using var staged = await Store.Stage(new MemoryStream(bytes), bytes.Length, CancellationToken.None);
        await Store.Keep(staged, CancellationToken.None);
        return staged.Sha256;
    }

    private async Task<byte[]> Read(string name)
    {
        await using var stream = await Store.OpenRead(name, CancellationToken.None);
        using var copy = new MemoryStream();
        await stream!.CopyToAsync(copy);
        return copy.ToArray();
    }

    private sealed class BrokenStream(int size) : MemoryStream(new byte[size])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new EndOfStreamException("The sender has left.");
    }
}

public sealed class FileStoreInAFolder : FileStoreTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;

    private protected override IFileStore Store => new DirectoryFileStore(Options.Create(new StorageOptions { Path = _folder }));

    [Fact]
    public async Task Without_the_folder_itself_nothing_is_called_missing()
    {
        Directory.Delete(_folder, recursive: true);
        var away = await Assert.ThrowsAsync<FileStoreException>(() => Store.Borrow(new string('a', 64), CancellationToken.None));
        Assert.Equal(FileStoreTrouble.Away, away.Trouble);
        Directory.CreateDirectory(_folder);
        Assert.Null(await Store.Borrow(new string('a', 64), CancellationToken.None));
    }

    public override ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override IReadOnlyList<string> Lying() => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories);

    protected override Task Begin() => File.WriteAllTextAsync(Path.Combine(_folder, "incoming", "half"), "half a file");
}

public sealed class FileStoreInABucket : FileStoreTests, IClassFixture<S3Server.OfClass>
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;
    private readonly S3Server _server;
    private readonly string _bucket;
    private readonly WorkFolder _work;
    private readonly S3FileStore _store;

    public FileStoreInABucket(S3Server.OfClass servers)
    {
        S3Server.SkipUnlessThere();
        _server = servers.Server;
        _bucket = _server.NewBucket();
        var options = Options.Create(new StorageOptions
        {
            WorkPath = _folder,
            S3 = { Bucket = _bucket, Endpoint = _server.Address.ToString(), AccessKey = "S3RVER", SecretKey = "S3RVER", Prefix = "/blog/" },
        });
        _work = new WorkFolder(options, TimeProvider.System);
        _store = new S3FileStore(options, _work, NullLogger<S3FileStore>.Instance);
    }

    private protected override IFileStore Store => _store;

    [Fact]
    public async Task What_was_signed_is_what_arrives_under_the_prefix_and_without_checksums_that_other_servers_refuse()
    {
        var trailers = 0;
        _server.Refuse = request =>
        {
            trailers += request.Headers.ContainsKey("x-amz-trailer") || request.Headers.Keys.Any(name => name.StartsWith("x-amz-checksum", StringComparison.OrdinalIgnoreCase)) ? 1 : 0;
            return null;
        };
        await Keep(RandomNumberGenerator.GetBytes(20_000_000));
        await Keep([1, 2, 3]);
        Assert.Empty(_server.Altered);
        Assert.Equal(0, trailers);
        Assert.All(Lying(), file => Assert.Contains("/blog/files/", file, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_busy_for_a_moment_is_asked_again()
    {
        var asked = 0;
        _server.Refuse = _ => asked++ % 3 == 2 ? null : 503;
        var name = await Keep(RandomNumberGenerator.GetBytes(20_000_000));
        using var copy = await _store.Borrow(name, CancellationToken.None);
        Assert.Equal(name, copy!.Sha256);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_called_away_and_leaves_nothing_here()
    {
        var name = await Keep([1, 2, 3]);
        _server.Refuse = request => request.Query.ContainsKey("partNumber") || request.Method == "GET" ? 503 : null;
        var sending = await Assert.ThrowsAsync<FileStoreException>(() => Keep(new byte[20_000_000]));
        var reading = await Assert.ThrowsAsync<FileStoreException>(() => _store.Borrow(name, CancellationToken.None));
        Assert.Equal((FileStoreTrouble.Away, FileStoreTrouble.Away), (sending.Trouble, reading.Trouble));
        Assert.Single(Lying());
        _server.Refuse = _ => 507;
        Assert.Equal(FileStoreTrouble.Full, (await Assert.ThrowsAsync<FileStoreException>(() => Keep([4]))).Trouble);
    }

    public override ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public override ValueTask DisposeAsync()
    {
        _server.Refuse = _ => null;
        _store.Dispose();
        _work.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override IReadOnlyList<string> Lying() => [.. _server.Objects(_bucket), .. Directory.GetFiles(_work.Path)];

    protected override async Task Begin()
    {
        var before = Lying().Count;
        _ = _store.Stage(new Endless(), long.MaxValue, CancellationToken.None);
        await Eventually.Holds(() => Task.FromResult(Lying().Any(file => file.EndsWith("/1.md5", StringComparison.Ordinal)) && Lying().Count > before));
    }

    /// <summary>Sends a part and a half, and then nothing more.</summary>
    private sealed class Endless() : MemoryStream(new byte[12 << 20])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : new(Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => 0, TaskScheduler.Default));
    }
}

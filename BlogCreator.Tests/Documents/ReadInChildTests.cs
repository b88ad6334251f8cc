using BlogCreator.Api.Documents.Readers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.Documents;

public sealed class ReadInChildTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_file_is_read_in_another_process_with_progress_and_nothing_is_left_behind()
    {
        var pages = new List<int>();
        var result = await Read("pdf", new TestPdf().Page().Lines(700, "The first page says this.").Page().Lines(700, "The second page says that.").Build(), progress: pages);
        Assert.Null(result.Failure);
        Assert.Equal(2, result.Summary!.Pages);
        Assert.Equal([1, 2], pages);
        Assert.Equal(["The first page says this.", "The second page says that."], result.Blocks.Select(block => block.Text));
        Assert.Empty(Directory.GetDirectories(_folder));
    }

    [Fact]
    public async Task A_refusal_of_the_reader_arrives_with_its_reason() =>
        Assert.Equal(ReadFailures.Encrypted, (await Read("pdf", TestPdf.Encrypted())).Failure);

    [Fact]
    public async Task A_reader_that_takes_too_long_is_stopped()
    {
        // No reader of ours opens in this time.
        var result = await Read("text", "words"u8.ToArray(), new ReadingOptions { Time = TimeSpan.FromMilliseconds(1) });
        Assert.Equal("reader-timeout", result.Failure?.Code);
    }

    [Fact]
    public async Task A_reader_that_needs_too_much_memory_is_stopped()
    {
        var words = Enumerable.Repeat("All the words of this file fit nowhere in so little memory. "u8.ToArray(), 1_000_000).SelectMany(part => part).ToArray();
        var result = await Read("text", words, new ReadingOptions { MemoryMegabytes = 128, MaxCharacters = 200_000_000 });
        Assert.Equal("reader-memory", result.Failure?.Code);
    }

    [Fact]
    public async Task A_reader_that_writes_without_end_is_stopped()
    {
        var result = await Read("text", Enumerable.Repeat("Words and words.\n\n"u8.ToArray(), 30_000).SelectMany(part => part).ToArray(), new ReadingOptions { MaxOutputBytes = 100_000 });
        Assert.Equal("too-long", result.Failure?.Code);
    }

    [Fact]
    public async Task A_reader_that_crashes_or_speaks_nonsense_is_reported()
    {
        // A program that is no reader of ours: it prints lines that are not JSON, or ends with another code.
        var reader = new ReadInChild(Options.Create(new ReadingOptions()), TimeProvider.System, NullLogger<ReadInChild>.Instance)
        {
            ReaderAssembly = Path.Combine(_folder, "missing.dll"),
        };
        var result = await reader.Run("text", Path.Combine(_folder, "any.txt"), _folder, (_, _) => ValueTask.CompletedTask, CancellationToken.None);
        Assert.Equal("reader-crashed", result.Failure?.Code);
    }

    [Fact]
    public async Task A_file_that_makes_the_reader_crash_ends_with_a_reason() =>
        Assert.Equal(ReadFailures.Crashed, (await Read("markdown", Enumerable.Repeat((byte)'>', 100_000).Append((byte)'x').ToArray())).Failure);

    [Fact]
    public async Task Links_that_are_begun_without_end_are_read_as_text()
    {
        var result = await Read("markdown", Enumerable.Repeat("[a]("u8.ToArray(), 100_000).SelectMany(part => part).ToArray(), new ReadingOptions { Time = TimeSpan.FromSeconds(20) });
        Assert.Null(result.Failure);
        Assert.StartsWith("[a]([a](", result.Blocks[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_reading_ends_its_process()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Read("text", "words"u8.ToArray(), cancel: cancel.Token));
        Assert.Empty(Directory.GetDirectories(_folder));
    }

    private async Task<ReadResult> Read(
        string fileType, byte[] content, ReadingOptions? options = null, List<int>? progress = null, CancellationToken cancel = default)
    {
        var path = Path.Combine(_folder, "file");
        await File.WriteAllBytesAsync(path, content, CancellationToken.None);
        var reader = new ReadInChild(Options.Create(options ?? new ReadingOptions()), TimeProvider.System, NullLogger<ReadInChild>.Instance);
        return await reader.Run(
            fileType,
            path,
            _folder,
            (read, _) =>
            {
                progress?.Add(read.Page);
                return ValueTask.CompletedTask;
            },
            cancel);
    }
}

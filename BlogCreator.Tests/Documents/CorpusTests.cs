using BlogCreator.Api.Documents;
using BlogCreator.Api.Documents.Readers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.Documents;

/// <summary>Files of strangers, in the process that reads them in a run, against what their manifest expects.</summary>
public sealed class CorpusTests : IDisposable
{
    private const string NoCorpus = "The corpus of real files is not beside the repository.";
    private static readonly string[] Given = ["reader-crashed", "reader-timeout", "reader-memory"];

    // What the manifest calls readable, and holds not one letter: an empty table, and a chapter of zero bytes.
    private static readonly string[] Wordless = ["poi__table_test.pptx", "epubck__ocf-filename-character-emoji-tag-sequence-valid.epub"];

    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;

    public static TheoryData<string, string> Files
    {
        get
        {
            var files = new TheoryData<string, string>();
            if (Root() is { } root)
            {
                foreach (var line in File.ReadLines(Path.Combine(root, "MANIFEST.tsv")).Skip(1).Select(line => line.Split('\t')).Where(line => line[0].StartsWith("upload/", StringComparison.Ordinal)))
                {
                    files.Add(line[0], line[4]);
                }
            }
            else
            {
                files.Add(string.Empty, string.Empty);
            }

            return files;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_ends_as_its_manifest_expects(string file, string expected)
    {
        Assert.SkipWhen(file.Length == 0, NoCorpus);
        if (UploadedName.TypeOf(file) is not { } fileType)
        {
            Assert.False(expected.StartsWith("ACCEPT:", StringComparison.Ordinal), file);
            Assert.Contains(".docx", UploadedName.Refusal(file), StringComparison.Ordinal);
            return;
        }

        var result = await Read(fileType, file, new ReadingOptions { Time = TimeSpan.FromSeconds(30) });
        var passages = SplitPassages.Of(result.Blocks);
        Assert.DoesNotContain(result.Failure?.Code, Given);
        if (expected.StartsWith("ACCEPT:", StringComparison.Ordinal) && !Wordless.Contains(Path.GetFileName(file)))
        {
            Assert.Null(result.Failure);
            Assert.True(passages.Sum(passage => passage.Text.Count(char.IsLetterOrDigit)) >= 8, string.Join('\n', passages));
        }
        else if (expected.StartsWith("REJECT-CLEAR", StringComparison.Ordinal))
        {
            Assert.NotNull(result.Failure);
            Assert.Equal(expected.Contains("password", StringComparison.Ordinal), result.Failure.Code == "encrypted");
        }

        Assert.True(passages.Count > 0 || result.Failure?.Reason.EndsWith('.') == true, file);
    }

    [Fact]
    public async Task An_entity_bomb_is_refused_within_small_limits()
    {
        Assert.SkipWhen(Root() is null, NoCorpus);
        var result = await Read("xlsx", "upload/xlsx/poi__poc-xmlbomb.xlsx", new ReadingOptions { Time = TimeSpan.FromSeconds(15), MemoryMegabytes = 300 });
        Assert.Equal("damaged", result.Failure?.Code);
    }

    [Fact]
    public async Task Text_that_a_page_hides_is_not_read()
    {
        Assert.SkipWhen(Root() is null, NoCorpus);
        var result = await Read("pdf", "upload/pdf/docl__invisible_text_layer.pdf", new ReadingOptions());
        Assert.Equal("Visible heading line", Assert.Single(result.Blocks).Text);
    }

    private static string? Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "BlogCreator.sln")))
            {
                var corpus = Path.Combine(folder.FullName, "..", "shared", "corpus");
                return File.Exists(Path.Combine(corpus, "MANIFEST.tsv")) ? corpus : null;
            }
        }

        return null;
    }

    private Task<ReadResult> Read(string fileType, string file, ReadingOptions options) =>
        new ReadInChild(Options.Create(options), TimeProvider.System, NullLogger<ReadInChild>.Instance)
            .Run(fileType, Path.Combine(Root()!, file), _folder, (_, _) => ValueTask.CompletedTask, CancellationToken.None);
}

using BlogCreator.Api.Documents;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.Documents;

public sealed class WorkFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_a_killed_process_left_is_removed_at_the_next_start()
    {
        var left = Directory.CreateDirectory(Path.Combine(_root, "work", "left")).FullName;
        File.WriteAllText(left + ".lock", "");
        File.WriteAllText(Path.Combine(left, "upload-1"), "half a file");
        Directory.CreateDirectory(Path.Combine(left, "read-1"));

        using var mine = Open();
        Assert.False(Directory.Exists(left));
        Assert.Equal([mine.Path], Directory.GetDirectories(Path.Combine(_root, "work")));
    }

    [Fact]
    public void What_another_living_process_works_with_stays()
    {
        using var other = Open();
        var upload = Path.Combine(other.Path, "upload-1");
        File.WriteAllText(upload, "half a file");
        using (Open())
        {
            Assert.True(File.Exists(upload));
        }
    }

    [Fact]
    public void An_orderly_end_leaves_nothing()
    {
        using (Open())
        {
        }

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_root, "work")));
    }

    private WorkFolder Open() => new(Options.Create(new StorageOptions { Path = _root }));
}

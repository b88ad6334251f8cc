using BlogCreator.Api.Documents.Files;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace BlogCreator.Tests.Documents.Files;

public sealed class WorkFolderTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly string _root = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_a_killed_process_left_is_removed_at_the_next_start()
    {
        var left = Directory.CreateDirectory(Path.Combine(_root, "work", $"{Environment.MachineName}-left")).FullName;
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
    public void What_another_machine_left_goes_by_its_age()
    {
        // On a shared folder the other machine's lock may not be seen from here.
        var left = Directory.CreateDirectory(Path.Combine(_root, "work", "elsewhere-1")).FullName;
        File.WriteAllText(left + ".lock", "");
        using var mine = Open();
        Assert.True(Directory.Exists(left));
        _clock.Advance(TimeSpan.FromDays(8));
        mine.Touch();
        Assert.False(Directory.Exists(left));
        Assert.True(Directory.Exists(mine.Path));
    }

    [Fact]
    public void An_orderly_end_leaves_nothing()
    {
        using (Open())
        {
        }

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_root, "work")));
    }

    private WorkFolder Open() => new(Options.Create(new StorageOptions { Path = _root }), _clock);
}

using System.ComponentModel.DataAnnotations;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>What one file may cost: <c>Reading__*</c>.</summary>
public sealed class ReadingOptions
{
    /// <summary>Wall-clock time; the process may use as much processor time.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Time { get; set; } = TimeSpan.FromSeconds(60);

    [Range(128, 16_384)]
    public int MemoryMegabytes { get; set; } = 1024;

    [Range(1, 100_000)]
    public int MaxPages { get; set; } = 2000;

    [Range(1000, 200_000_000)]
    public int MaxCharacters { get; set; } = 20_000_000;

    /// <summary>What the process may write, in bytes. Only a reader that has gone wrong reaches it: text ends at <see cref="MaxCharacters"/>.</summary>
    [Range(100_000, 2_000_000_000)]
    public int MaxOutputBytes { get; set; } = 200_000_000;
}

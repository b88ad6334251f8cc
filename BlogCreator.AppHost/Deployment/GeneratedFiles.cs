using System.Text;

namespace BlogCreator.AppHost.Deployment;

/// <summary>Puts the generated files where they belong, or compares them with what is there.</summary>
internal sealed class GeneratedFiles(string output, IReadOnlyList<GeneratedFile> files)
{
    /// <summary>Folders with nothing but generated files: what is no longer generated goes.</summary>
    private static readonly string[] Owned = ["deploy/kubernetes/templates"];

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>What was done to each file.</summary>
    public IReadOnlyList<(string Path, string Change)> Write()
    {
        var changes = new List<(string, string)>();
        foreach (var file in files)
        {
            var change = Current(file.Path) is not { } current ? "new" : current == file.Text ? "unchanged" : "changed";
            if (change != "unchanged")
            {
                Replace(Full(file.Path), file.Text);
            }

            changes.Add((file.Path, change));
        }

        foreach (var old in Leftovers())
        {
            File.Delete(Full(old));
            changes.Add((old, "removed"));
        }

        return changes;
    }

    public IReadOnlyList<Difference> Compare() =>
    [
        .. files.Select(Compare).OfType<Difference>(),
        .. Leftovers().Select(old => new Difference(old, null, "is there", "is no longer generated")),
    ];

    private Difference? Compare(GeneratedFile file)
    {
        if (Current(file.Path) is not { } current)
        {
            return new Difference(file.Path, null, "is missing", "is generated");
        }

        if (current == file.Text)
        {
            return null;
        }

        var (have, want) = (current.Split('\n'), file.Text.Split('\n'));
        var line = have.Zip(want).TakeWhile(pair => pair.First == pair.Second).Count();
        return new Difference(file.Path, line + 1, have.ElementAtOrDefault(line) ?? "(end)", want.ElementAtOrDefault(line) ?? "(end)");
    }

    private List<string> Leftovers()
    {
        var written = files.Select(file => file.Path).ToHashSet();
        return
        [
            .. Owned.Where(folder => Directory.Exists(Full(folder)))
                .SelectMany(folder => Directory.EnumerateFiles(Full(folder), "*", SearchOption.AllDirectories))
                .Select(path => Path.GetRelativePath(output, path).Replace('\\', '/'))
                .Where(path => !written.Contains(path))
                .Order(StringComparer.Ordinal),
        ];
    }

    private string? Current(string path) => File.Exists(Full(path)) ? File.ReadAllText(Full(path)) : null;

    private string Full(string path) => Path.Combine(output, path);

    /// <summary>Whole or not at all: Compose may be reading it.</summary>
    private static void Replace(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllText(unfinished, text, Utf8);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}

/// <param name="Line">The first that differs; null when the file as a whole is too much or missing.</param>
internal sealed record Difference(string Path, int? Line, string Is, string Should);

namespace BlogCreator.Tests.Architecture;

/// <summary>The files that we keep, as paths from the root with forward slashes.</summary>
internal static class Repository
{
    private static readonly string[] Generated = ["artifacts", ".data", ".git", "bin", "obj", "node_modules", "TestResults"];

    public static readonly string Root = FindRoot(AppContext.BaseDirectory);

    public static IReadOnlyList<string> Files() => [.. Walk(Root).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))];

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>Names every finding, where Assert.Empty cuts them short.</summary>
    public static void AssertNone(IEnumerable<string> findings)
    {
        var found = findings.ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    private static IEnumerable<string> Walk(string directory) =>
        Directory.EnumerateFiles(directory).Concat(Directory.EnumerateDirectories(directory)
            .Where(child => !Generated.Contains(Path.GetFileName(child)))
            .SelectMany(Walk));

    private static string FindRoot(string start)
    {
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "BlogCreator.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not run from within the repository.");
    }
}

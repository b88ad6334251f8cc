namespace BlogCreator.AppHost.Deployment;

/// <summary>What whoever runs <c>generate</c> has to mend: a sentence, and where it is wrong.</summary>
internal sealed record Problem(string File, int? Line, string Text)
{
    public override string ToString() => Line is null ? $"{File}: {Text}" : FormattableString.Invariant($"{File}:{Line}: {Text}");
}

/// <summary>The manifest or the settings cannot be used. Holds all that is wrong, not only the first of it.</summary>
internal sealed class BadInput(IReadOnlyList<Problem> problems) : Exception(string.Join('\n', problems))
{
    public BadInput(string file, string text, int? line = null)
        : this([new Problem(file, line, text)])
    {
    }

    public IReadOnlyList<Problem> Problems { get; } = problems;
}

internal static class Nearest
{
    /// <summary>", did you mean 'x'?" where one of the names is near, and else what there is.</summary>
    public static string Hint(string name, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToList();
        var near = names.MinBy(other => Distance(name, other));
        return near is not null && Distance(name, near) <= Math.Max(2, name.Length / 3)
            ? $"Did you mean '{near}'?"
            : $"There are: {string.Join(", ", names)}.";
    }

    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                var substituted = char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]) ? diagonal : diagonal + 1;
                row[j] = Math.Min(substituted, Math.Min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }

        return row[^1];
    }
}

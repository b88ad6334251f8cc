namespace BlogCreator.Web.Account;

/// <summary>Where a person may be sent after signing in: a path of this site and nothing else.</summary>
public static class LocalPath
{
    public static string OrStudio(string? path) => IsLocal(path) ? path! : "/studio";

    public static bool IsLocal(string? path)
    {
        // "//host", "/\host" and control characters (which browsers drop before reading) all lead away from here.
        if (string.IsNullOrEmpty(path) || path[0] != '/' || path.Any(char.IsControl) || path.Contains('\\', StringComparison.Ordinal))
        {
            return false;
        }

        return path.Length == 1 || path[1] != '/';
    }
}

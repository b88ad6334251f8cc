namespace BlogCreator.Web.Shell;

/// <summary>Which part of the site an address belongs to.</summary>
public static class SiteArea
{
    private static readonly string[] OfOnePerson = ["/studio", "/account"];

    private static readonly string[] ForPrograms = ["/api", "/ws", "/openapi", "/scalar", "/health", "/metrics", "/monitoring"];

    /// <summary>Pages made for the person who is signed in (or about to be), kept by no cache.</summary>
    public static bool IsPersonal(PathString path) => Within(path, OfOnePerson);

    /// <summary>Answers that programs read: an error there is problem details, never a page.</summary>
    public static bool IsForPrograms(PathString path) => Within(path, ForPrograms);

    private static bool Within(PathString path, string[] areas) =>
        Array.Exists(areas, area => path.StartsWithSegments(area, StringComparison.OrdinalIgnoreCase));
}

using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace BlogCreator.Tests.Browser;

/// <summary>What axe finds on a page as it is now: in light and dark, on a desk and on a phone.</summary>
internal static class Barriers
{
    private static readonly (int Width, ColorScheme Scheme)[] Ways = [(1280, ColorScheme.Light), (1280, ColorScheme.Dark), (390, ColorScheme.Light), (390, ColorScheme.Dark)];

    public static async Task<IReadOnlyList<string>> Find(IPage page, string state)
    {
        var found = new List<string>();
        foreach (var (width, scheme) in Ways)
        {
            await page.SetViewportSizeAsync(width, 900);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            var result = await page.RunAxe();
            found.AddRange(result.Violations.Select(violation => $"{state} ({width}, {scheme}): {violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html))}"));
            if (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth + 1"))
            {
                found.Add($"{state} ({width}): wider than the window");
            }
        }

        await page.SetViewportSizeAsync(1280, 900);
        return found;
    }
}

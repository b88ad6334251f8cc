using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace BlogCreator.Tests.Browser;

/// <summary>What axe finds on a page as it is now: on a desk in light, on a phone in dark.</summary>
internal static class Barriers
{
    private static readonly (int Width, ColorScheme Scheme)[] Ways = [(1280, ColorScheme.Light), (390, ColorScheme.Dark)];

    public static async Task<IReadOnlyList<string>> Find(IPage page, string state)
    {
        var found = new List<string>();
        foreach (var (width, scheme) in Ways)
        {
            await page.SetViewportSizeAsync(width, 900);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
#pragma warning disable CS0618 // The other way opens a window of its own for every run, which takes several times as long; no page here has a frame.
            var result = await page.RunAxeLegacy();
#pragma warning restore CS0618
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

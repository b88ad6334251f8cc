using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace BlogCreator.Tests.Browser;

/// <summary>What axe finds on a page as it is now: on a desk in light, on a phone in dark.</summary>
internal static class Barriers
{
    private static readonly (int Width, ColorScheme Scheme)[] Ways = [(1280, ColorScheme.Light), (390, ColorScheme.Dark)];

    /// <summary>The way of before: the other opens a window of its own, which takes longer and the focus away; no page here has a frame.</summary>
#pragma warning disable CS0618 // See there.
    public static Task<AxeResult> Axe(IPage page) => page.RunAxeLegacy();
#pragma warning restore CS0618

    public static async Task<IReadOnlyList<string>> Find(IPage page, string state)
    {
        var found = new List<string>();
        foreach (var (width, scheme) in Ways)
        {
            await page.SetViewportSizeAsync(width, 900);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            var result = await Axe(page);
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

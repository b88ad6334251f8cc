using System.Globalization;
using System.Text;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>Addresses of posts.</summary>
public static class SlugFor
{
    private const int MaxLength = 80;

    /// <summary>"Über Wärme: 12 facts" becomes "uber-warme-12-facts". Never empty.</summary>
    public static string Title(string title)
    {
        var slug = new StringBuilder();
        foreach (var letter in WellFormed.Of(title).Normalize(NormalizationForm.FormKD).ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(letter))
            {
                slug.Append(letter);
            }
            else if (letter is not ('\'' or '’') && CharUnicodeInfo.GetUnicodeCategory(letter) is not UnicodeCategory.NonSpacingMark && slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        if (slug.Length > MaxLength)
        {
            var cut = slug.ToString(0, MaxLength).LastIndexOf('-');
            slug.Length = cut > MaxLength / 2 ? cut : MaxLength;
        }

        return slug.ToString().Trim('-') is { Length: > 0 } made ? made.Normalize(NormalizationForm.FormC) : "post";
    }

    /// <summary>The wished address, or the first free one after it: <c>title-2</c>.</summary>
    public static async Task<string> FreeFrom(string wished, Guid postId, BlogDb db, CancellationToken cancel)
    {
        var slugs = db.PostSlugs;
        var taken = await slugs
            .Where(slug => slug.PostId != postId && slug.Slug.StartsWith(wished))
            .Select(slug => slug.Slug)
            .ToHashSetAsync(cancel);
        var free = wished;
        for (var number = 2; taken.Contains(free); number++)
        {
            free = $"{wished}-{number}";
        }

        return free;
    }
}

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
    private const int FirstLook = 8;
    private const int LongestLook = 2000;

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
        // Not all that begin alike: of a short title those may be half the blog.
        var (first, many) = (1, FirstLook);
        while (true)
        {
            var candidates = Enumerable.Range(first, many).Select(number => number == 1 ? wished : string.Create(CultureInfo.InvariantCulture, $"{wished}-{number}")).ToList();
            var taken = await slugs
                .Where(slug => slug.PostId != postId && candidates.Contains(slug.Slug))
                .Select(slug => slug.Slug)
                .ToHashSetAsync(cancel);
            if (candidates.Find(candidate => !taken.Contains(candidate)) is { } free)
            {
                return free;
            }

            (first, many) = (first + many, Math.Min(many * 4, LongestLook));
        }
    }

    /// <summary>What a transaction is alone with that gives this address away.</summary>
    internal static string Subject(string wished) => "address " + wished;
}

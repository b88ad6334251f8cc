using System.Runtime.CompilerServices;
using BlogCreator.Contracts;

namespace BlogCreator.Web.Public;

/// <summary>Walks the list of published posts, newest first, page by page.</summary>
internal static class AllPosts
{
    public static async IAsyncEnumerable<PublicPostSummary> Newest(BlogApi api, int most, [EnumeratorCancellation] CancellationToken cancel)
    {
        string? after = null;
        var left = most;
        do
        {
            var page = await api.ListPublicPosts(after, cancel);
            foreach (var post in page.Items)
            {
                if (left-- == 0)
                {
                    yield break;
                }

                yield return post;
            }

            after = page.Next;
        }
        while (after is not null);
    }
}

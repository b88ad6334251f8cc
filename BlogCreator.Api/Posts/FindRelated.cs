using BlogCreator.Api.Evidence;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Posts;

/// <summary>A published post as far as it matters to what is related.</summary>
public sealed record RelatedCandidate(string Slug, string Title, string Summary, IReadOnlyList<string> Tags, DateTimeOffset PublishedAt);

/// <summary>
/// Which posts speak of the same: shared tags count most, then words of title and summary, each the more the fewer posts
/// have it.
/// </summary>
public sealed class FindRelated
{
    private const double TagWeight = 3;
    private const double TitleWeight = 2;

    // A word that a quarter of the posts share says nothing about any of them.
    private const double CommonShare = 0.25;
    private const int FewPosts = 8;

    private readonly IReadOnlyList<RelatedCandidate> _posts;
    private readonly Dictionary<string, int> _index;
    private readonly List<Dictionary<string, double>> _terms;
    private readonly Dictionary<string, List<int>> _postings = [];

    public FindRelated(IReadOnlyList<RelatedCandidate> posts)
    {
        ArgumentNullException.ThrowIfNull(posts);
        _posts = posts;
        _index = posts.Select((post, i) => (post.Slug, i)).ToDictionary(row => row.Slug, row => row.i, StringComparer.Ordinal);
        _terms = [.. posts.Select(Terms)];
        for (var i = 0; i < posts.Count; i++)
        {
            foreach (var term in _terms[i].Keys)
            {
                if (!_postings.TryGetValue(term, out var holders))
                {
                    _postings[term] = holders = [];
                }

                holders.Add(i);
            }
        }
    }

    /// <summary>The nearest first; none rather than some that share nothing.</summary>
    public IReadOnlyList<PostLink> To(string slug, int most)
    {
        if (!_index.TryGetValue(slug, out var self))
        {
            return [];
        }

        var scores = new Dictionary<int, double>();
        foreach (var (term, weight) in _terms[self])
        {
            var holders = _postings[term];
            if (_posts.Count > FewPosts && holders.Count > _posts.Count * CommonShare)
            {
                continue;
            }

            var telling = Math.Log(1 + (_posts.Count / (double)holders.Count));
            foreach (var other in holders)
            {
                if (other != self)
                {
                    scores[other] = scores.GetValueOrDefault(other) + (weight * _terms[other][term] * telling);
                }
            }
        }

        return
        [
            .. scores.OrderByDescending(score => score.Value).ThenByDescending(score => _posts[score.Key].PublishedAt).Take(most)
                .Select(score => _posts[score.Key]).Select(post => new PostLink(post.Slug, post.Title, post.PublishedAt)),
        ];
    }

    private static Dictionary<string, double> Terms(RelatedCandidate post)
    {
        var terms = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var word in Words(post.Summary))
        {
            terms[word] = 1;
        }

        foreach (var word in Words(post.Title))
        {
            terms[word] = TitleWeight;
        }

        foreach (var tag in post.Tags)
        {
            terms["#" + tag] = TagWeight;
        }

        return terms;
    }

    private static IEnumerable<string> Words(string text) =>
        ReadWords.Run(text).Where(word => word.Role is WordRole.Content && word.End - word.Start > 2).Select(word => word.Key);
}

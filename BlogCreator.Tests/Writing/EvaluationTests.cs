using BlogCreator.Benchmarks.Evaluation;

namespace BlogCreator.Tests.Writing;

/// <summary>Keeps what <c>benchmarks/evaluation</c> measures: see docs/evaluation.md.</summary>
public sealed class EvaluationTests
{
    private static readonly string Corpus = Path.Combine(Evaluate.Root(), "..", "shared", "corpus");

    [Fact]
    public async Task Posts_come_at_least_as_near_to_an_editors_digest_as_the_first_words_of_the_article()
    {
        SkipWithoutCorpus();
        var rates = await Evaluate.Rate(Corpus);
        var (post, lead) = (rates["the post"], rates["lead: first words of the body"]);
        Assert.Equal(4, post.Length);
        Assert.True(post.Average(score => score.One.F1) >= lead.Average(score => score.One.F1), "ROUGE-1");
        Assert.True(post.Average(score => score.Two.F1) >= lead.Average(score => score.Two.F1), "ROUGE-2");
        Assert.True(post.Average(score => score.L.F1) >= lead.Average(score => score.L.F1), "ROUGE-L");
    }

    [Fact]
    public async Task Nine_of_ten_cited_sentences_stand_in_their_passage_and_none_dangles()
    {
        SkipWithoutCorpus();
        var posts = await Evaluate.WriteAll(Briefs.All(Corpus, Path.Combine(Evaluate.Root(), "benchmarks", "evaluation", "documents")));
        Assert.Empty(posts.SelectMany(post => post.Faults.Dangling));
        Assert.Empty(posts.SelectMany(post => post.Faults.Pointers));
        Assert.All(posts, post => Assert.True(post.Faults.Supported >= 0.9 * post.Faults.Checked, post.Brief.Name));
        Assert.True(posts.Sum(post => post.Faults.InOrder) >= 0.9 * posts.Sum(post => post.Faults.Cited));
    }

    [Fact]
    public void The_check_catches_sentences_made_false_and_lets_true_ones_pass()
    {
        SkipWithoutCorpus();
        Assert.All(Evaluate.Check(Corpus), row => Assert.True(row.IsFalse ? row.Objected >= 0.7 : row.Objected <= 0.1, $"{row.Name}: {row.Objected:P0}"));
    }

    [Fact]
    public void Rouge_is_counted_by_hand()
    {
        // Six of seven words are shared, four of six pairs; "cats" and "cat" are one stem for nobody: too short to be cut.
        const string reference = "the small cat sat on the mat";
        const string candidate = "the small dog sat on the mat";
        Assert.Equal(6.0 / 7, Rouge.OfRuns(1, candidate, reference).F1, 6);
        Assert.Equal(4.0 / 6, Rouge.OfRuns(2, candidate, reference).F1, 6);
        Assert.Equal(6.0 / 7, Rouge.OfSubsequences([candidate], [reference]).F1, 6);
        // Words in the wrong order keep their count and lose their sequence.
        Assert.Equal(1, Rouge.OfRuns(1, "mat the on sat", "sat on the mat").F1, 6);
        Assert.Equal(0.25, Rouge.OfSubsequences(["mat the on sat"], ["sat on the mat"]).F1, 6);
        Assert.Equal(1, Rouge.OfRuns(1, "Relational databases generalised", "relate database generalise").F1, 6);
    }

    private static void SkipWithoutCorpus() =>
        Assert.SkipUnless(Directory.Exists(Path.Combine(Corpus, "summarise", "elife")), "The corpus of real documents is not beside the repository.");
}

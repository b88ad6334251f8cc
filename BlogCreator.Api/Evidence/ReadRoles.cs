namespace BlogCreator.Api.Evidence;

/// <summary>
/// Who does what to whom, as far as word order tells: "the plan was approved by the council" and "the council approved
/// the plan" say the same, "the plan approved the council" does not. And what rises from where to where.
/// </summary>
internal static class ReadRoles
{
    /// <summary>True when one side is in the passive and both give the same roles, false when they give opposite ones, null when there is nothing to tell.</summary>
    public static bool? Agree(IReadOnlyList<Word> claim, IReadOnlyList<Word> source) =>
        (Passive(claim), Passive(source)) switch
        {
            ({ } passive, null) => Fits(passive, source),
            (null, { } passive) => Fits(passive, claim),
            _ => null,
        };

    /// <summary>"From 201 to 236" on one side and "from 236 to 201" on the other.</summary>
    public static bool Turned(IReadOnlyList<Word> claim, IReadOnlyList<Word> source)
    {
        var theirs = FromTo(source).ToList();
        return FromTo(claim).Any(own => theirs.Exists(other => own.From == other.To && own.To == other.From) && !theirs.Contains(own));
    }

    /// <summary>
    /// The word around which everything changed sides: "damage shows the meter" for "the meter shows damage". Null where
    /// something only moved to the front, as after "in" or "by", or where the sides are equal, as with "resembles".
    /// </summary>
    public static Word? Mirrored(IReadOnlyList<Word> claim, IReadOnlyList<Word> source)
    {
        if (claim.Count < 3 || source.Count < 3 || OpensAside(claim[0]) || OpensAside(source[0]) || claim.Any(IsBy) != source.Any(IsBy))
        {
            return null;
        }

        for (var v = 1; v < claim.Count - 1; v++)
        {
            var verb = claim[v];
            if (verb.Role is not (WordRole.Content or WordRole.Reporting or WordRole.Hedge) || verb.Name || BothWays.Contains(verb.Key)
                || claim.Count(word => word.Key == verb.Key) != 1 || source.Count(word => word.Key == verb.Key) != 1)
            {
                continue;
            }

            var u = Places(source, verb.Key).First();
            var (before, behind) = (Keys(claim.Take(v)), Keys(claim.Skip(v + 1)));
            var (theirBefore, theirBehind) = (Keys(source.Take(u)), Keys(source.Skip(u + 1)));
            if (Moved(before, theirBefore, theirBehind) && Moved(behind, theirBehind, theirBefore))
            {
                return verb;
            }
        }

        return null;
    }

    private static readonly HashSet<string> BothWays =
        [.. new[] { "correlates", "correlated", "resembles", "equals", "differs", "meets", "met", "married", "borders", "matches", "interacts", "overlaps", "coincides", "similar", "different", "opposite", "between", "together" }.Select(word => Vocabulary.Canonical(Stem.Of(word)))];

    private static bool IsBy(Word word) => word is { Role: WordRole.Function, Key: "by" or "von" or "durch" };

    private static bool OpensAside(Word word) =>
        word is { Role: WordRole.Function or WordRole.Telling, Key: "in" or "on" or "at" or "by" or "with" or "from" or "for" or "to" or "through" or "behind" or "under" or "during" or "when" or "while" or "if" or "because" or "after" or "before" or "there" or "here" or "im" or "am" or "bei" or "mit" or "nach" or "seit" or "wenn" or "weil" or "dort" };

    private static HashSet<string> Keys(IEnumerable<Word> words) =>
        words.Where(word => word is { Weighs: true, InBrackets: false } or { Role: WordRole.Reporting, InBrackets: false }).Select(word => word.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>Most of these words stand on the other side of the verb there, and not on this one.</summary>
    private static bool Moved(HashSet<string> own, HashSet<string> sameSide, HashSet<string> otherSide)
    {
        var telling = own.Where(key => !(sameSide.Contains(key) && otherSide.Contains(key))).ToList();
        return telling.Count > 0 && telling.Count(otherSide.Contains) >= 0.75 * telling.Count;
    }

    /// <summary>The doer, the verb and the thing done to in "the plan was approved by the council".</summary>
    private static (string Doer, string Verb, string Thing)? Passive(IReadOnlyList<Word> words)
    {
        for (var be = 1; be < words.Count - 3; be++)
        {
            if (words[be] is not { Role: WordRole.Function, Key: "is" or "are" or "was" or "were" or "been" or "being" or "be" or "wird" or "werden" or "wurde" or "wurden" }
                || Last(words, be - 1, 3) is not { } thing)
            {
                continue;
            }

            var by = Enumerable.Range(be + 1, Math.Min(9, words.Count - be - 1)).FirstOrDefault(at => words[at] is { Role: WordRole.Function, Key: "by" or "von" or "durch" }, -1);
            if (by < 0 || First(words, by + 1, 3) is not { } doer)
            {
                continue;
            }

            // German ends with its verb: "wurde vom Rat beschlossen".
            var verb = First(words, be + 1, Math.Min(3, by - be - 1)) ?? Last(words, words.Count - 1, 2);
            if (verb is { } found && found.Key != doer.Key)
            {
                return (doer.Key, found.Key, thing.Key);
            }
        }

        return null;
    }

    private static bool? Fits((string Doer, string Verb, string Thing) passive, IReadOnlyList<Word> active)
    {
        var verb = Places(active, passive.Verb).FirstOrDefault(-1);
        var doers = Places(active, passive.Doer).ToList();
        var things = Places(active, passive.Thing).ToList();
        if (verb < 0 || doers.Count == 0 || things.Count == 0)
        {
            return null;
        }

        return doers.Exists(at => at < verb) && things.Exists(at => at > verb) ? true
            : doers.TrueForAll(at => at > verb) ? false
            : null;
    }

    private static IEnumerable<(string From, string To)> FromTo(IReadOnlyList<Word> words)
    {
        for (var i = 0; i + 3 < words.Count; i++)
        {
            if (words[i] is { Role: WordRole.Function, Key: "from" or "von" } && First(words, i + 1, 2) is { } from)
            {
                for (var to = i + 2; to < Math.Min(words.Count - 1, i + 7); to++)
                {
                    if (words[to] is { Role: WordRole.Function, Key: "to" or "auf" or "into" or "nach" } && First(words, to + 1, 2) is { } goal)
                    {
                        yield return (from.Key, goal.Key);
                        break;
                    }
                }
            }
        }
    }

    private static IEnumerable<int> Places(IReadOnlyList<Word> words, string key) => Enumerable.Range(0, words.Count).Where(at => words[at].Key == key);

    private static Word? First(IReadOnlyList<Word> words, int from, int within)
    {
        for (var at = from; at < Math.Min(words.Count, from + within); at++)
        {
            if (words[at].Role is WordRole.Content or WordRole.Figure)
            {
                return words[at];
            }
        }

        return null;
    }

    private static Word? Last(IReadOnlyList<Word> words, int from, int within)
    {
        for (var at = from; at >= 0 && at > from - within; at--)
        {
            if (words[at].Role is WordRole.Content or WordRole.Figure)
            {
                return words[at];
            }
        }

        return null;
    }
}

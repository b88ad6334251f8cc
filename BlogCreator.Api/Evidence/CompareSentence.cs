using System.Runtime.InteropServices;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Evidence;

/// <summary>What a comparison found, with the sentences of the passage that come nearest.</summary>
/// <param name="OnlyWording">In doubt is nothing but whether other words mean the same: figures, names, negations and hedges agree.</param>
internal sealed record Finding(Verdict Verdict, double Score, TextSpan Span, string? Note, bool OnlyWording = false);

/// <summary>
/// Compares a sentence with a passage, without a model: the words that carry meaning must be there, and figures, names,
/// negations, hedges and their order must agree with the sentences of the passage that come nearest.
/// </summary>
internal static class CompareSentence
{
    private const double Enough = 0.85;
    private const double Some = 0.45;
    private const double Contradictable = 0.55;
    private const int LongestWindow = 3;
    private const int MostWords = 160;

    public static Finding Run(string sentence, IReadOnlyList<Word> words, PassageText passage, Func<string, double> weight)
    {
        var claim = words.Count <= MostWords ? words : [.. words.Take(MostWords)];
        if (passage.Sentences.Count == 0)
        {
            return new Finding(Verdict.NotFound, 0, default, "The passage has no text.");
        }

        Finding? best = null;
        foreach (var (from, to) in BestWindows(claim, passage, weight))
        {
            var comparison = new Comparison(sentence, claim, passage, from, to, weight);
            var found = comparison.Judge();
            // What copies one sentence but for a word is judged by that sentence: its neighbours would lend it the word.
            if (to - from == 1 && ((found.Verdict is Verdict.Contradicted && (comparison.Copied >= 0.65 || comparison.Reordered >= 0.8)) || (found.Verdict is Verdict.Partly && comparison.Copied >= 0.8)))
            {
                return found;
            }

            if (best is null || Rank(found.Verdict) > Rank(best.Verdict) || (found.Verdict == best.Verdict && found.Score > best.Score + 0.02))
            {
                best = found;
            }

            if (best.Verdict is Verdict.Supported)
            {
                break;
            }
        }

        return best!;
    }

    /// <summary>
    /// A contradiction by the nearest sentences weighs more than a looser agreement elsewhere; hence it ranks above <c>partly</c>.
    /// </summary>
    internal static int Rank(Verdict verdict) => verdict switch
    {
        Verdict.Supported => 3,
        Verdict.Contradicted => 2,
        Verdict.Partly => 1,
        _ => 0,
    };

    private static IEnumerable<(int From, int To)> BestWindows(IReadOnlyList<Word> claim, PassageText passage, Func<string, double> weight)
    {
        var keys = claim.Where(word => word.Weighs).Select(word => word.Key).Distinct().Take(64).ToArray();
        var weights = Array.ConvertAll(keys, key => weight(key));
        var masks = new ulong[passage.Sentences.Count];
        for (var s = 0; s < masks.Length; s++)
        {
            var (from, to) = passage.WordRanges[s];
            for (var w = from; w < to; w++)
            {
                for (var k = 0; k < keys.Length; k++)
                {
                    if (passage.Words[w].Key == keys[k] || passage.Words[w].OtherKey == keys[k])
                    {
                        masks[s] |= 1UL << k;
                    }
                }
            }
        }

        var windows = new List<(double Score, int From, int To)>();
        for (var s = 0; s < masks.Length; s++)
        {
            var mask = 0UL;
            for (var size = 1; size <= LongestWindow && s + size <= masks.Length; size++)
            {
                mask |= masks[s + size - 1];
                var cover = 0.0;
                for (var k = 0; k < keys.Length; k++)
                {
                    cover += (mask >> k & 1) * weights[k];
                }

                windows.Add((cover / Math.Max(weights.Sum(), 0.001) - 0.03 * (size - 1), s, s + size));
            }
        }

        var ranked = windows.OrderByDescending(window => window.Score).ThenBy(window => window.To - window.From).ToList();
        return ranked.Where(window => window.To - window.From == 1).Take(1).Concat(ranked.Take(3)).Distinct().Select(window => (window.From, window.To));
    }

    /// <summary>One sentence beside one window of sentences.</summary>
    private sealed class Comparison
    {
        private readonly string _sentence;
        private readonly IReadOnlyList<Word> _claim;
        private readonly PassageText _passage;
        private readonly List<Word> _source;
        private readonly Func<string, double> _weight;
        private readonly TextSpan _span;
        private readonly HashSet<string> _sourceKeys;
        private readonly HashSet<string> _claimKeys;

        /// <summary>For each word of the claim its partner in the source, or -1.</summary>
        private readonly int[] _partner;

        private readonly int[] _claimOf;

        /// <summary>Words that have no partner, nor one left over that they could have moved from.</summary>
        private readonly bool[] _looseClaim;

        private readonly bool[] _looseSource;

        public Comparison(string sentence, IReadOnlyList<Word> claim, PassageText passage, int from, int to, Func<string, double> weight)
        {
            _sentence = sentence;
            _claim = claim;
            _passage = passage;
            _weight = weight;
            var first = passage.WordRanges[from].From;
            _source = passage.Words.GetRange(first, Math.Min(passage.WordRanges[to - 1].To - first, 2 * MostWords));
            _span = new TextSpan(passage.Sentences[from].Start, passage.Sentences[to - 1].End);
            _sourceKeys = [.. _source.Select(word => word.Key), .. _source.Select(word => word.OtherKey)];
            _claimKeys = [.. claim.Select(word => word.Key)];
            _partner = Align([.. claim], CollectionsMarshal.AsSpan(_source));
            _claimOf = new int[_source.Count];
            Array.Fill(_claimOf, -1);
            for (var i = 0; i < _partner.Length; i++)
            {
                if (_partner[i] >= 0)
                {
                    _claimOf[_partner[i]] = i;
                }
            }

            var leftInSource = _source.Where((_, j) => _claimOf[j] < 0).Select(word => word.Key).ToHashSet(StringComparer.Ordinal);
            var leftInClaim = _claim.Where((_, i) => _partner[i] < 0).Select(word => word.Key).ToHashSet(StringComparer.Ordinal);
            _looseClaim = [.. _claim.Select((word, i) => _partner[i] < 0 && !leftInSource.Contains(word.Key) && !leftInSource.Contains(word.OtherKey))];
            _looseSource = [.. _source.Select((word, j) => _claimOf[j] < 0 && !leftInClaim.Contains(word.Key) && !leftInClaim.Contains(word.OtherKey))];
        }

        public Finding Judge()
        {
            var missing = new List<Word>();
            double covered = 0, all = 0, inOrder = 0, present = 0;
            for (var i = 0; i < _claim.Count; i++)
            {
                var word = _claim[i];
                if (!word.Weighs)
                {
                    continue;
                }

                var weight = _weight(word.Key);
                all += weight;
                if (IsCovered(word))
                {
                    covered += weight;
                    present += weight;
                    inOrder += _partner[i] >= 0 ? weight : 0;
                }
                else if (word.Role is not WordRole.Figure && _passage.Context.Contains(word.Key))
                {
                    covered += weight / 2;
                    all -= weight / 2;
                }
                else
                {
                    missing.Add(word);
                }
            }

            var cover = all > 0 ? covered / all : 0;
            if (all == 0)
            {
                return new Finding(Verdict.NotFound, 0, _span, "The sentence says too little to be compared with the passage.");
            }

            if (cover < Some)
            {
                return new Finding(Verdict.NotFound, cover, _span, "The cited passage does not say this.");
            }

            if (cover >= Contradictable && (Negation() ?? Figures() ?? Opposite(missing) ?? InPlaceOf() ?? Roles() ?? Exchanged() ?? Swapped()) is { } contradiction)
            {
                return new Finding(Verdict.Contradicted, cover, _span, contradiction);
            }

            var (substitution, isName) = Substituted();
            if (isName && cover >= Contradictable)
            {
                return new Finding(Verdict.Contradicted, cover, _span, substitution);
            }

            var factual = missing.Where(word => word.Role is WordRole.Figure).Select(MissingFigure).FirstOrDefault()
                ?? missing.Where(word => word.Name).Select(word => $"The passage does not name {Show(word)}.").FirstOrDefault();
            var telling = missing.Where(word => word.Role is WordRole.Telling).Select(word => $"The passage does not say “{Show(word)}”.").FirstOrDefault() ?? Hedge();
            var doubt = factual
                ?? substitution
                ?? telling
                ?? (cover < Enough ? $"The passage does not speak of {List(missing)}." : null)
                ?? (present > 0 && inOrder / present < 0.5 && ReadRoles.Agree(_claim, _source) is not true ? "The words are in the passage, but it puts them together differently." : null);
            // Below this share, negations and figures were not compared.
            var onlyWording = doubt is not null && factual is null && telling is null && cover >= Contradictable;
            return new Finding(doubt is null ? Verdict.Supported : Verdict.Partly, cover, _span, doubt, onlyWording);
        }

        /// <summary>How much of the sentence stands in this window in whatever order, the window saying little else.</summary>
        public double Reordered
        {
            get
            {
                var own = _claim.Where(word => word.Weighs).ToList();
                var others = _source.Where(word => word is { Weighs: true, InBrackets: false }).ToList();
                return own.Count < 4 || others.Count(word => _claimKeys.Contains(word.Key)) < 0.7 * others.Count ? 0 : (double)own.Count(word => _sourceKeys.Contains(word.Key)) / own.Count;
            }
        }

        /// <summary>How much of the sentence stands in this window in the same order, the window saying little else.</summary>
        public double Copied
        {
            get
            {
                var aligned = (double)_claim.Where((word, i) => word.Weighs && _partner[i] >= 0).Count();
                var own = _claim.Count(word => word.Weighs);
                var others = _source.Count(word => word.Weighs && !word.InBrackets);
                return own < 4 || aligned < 0.65 * others ? 0 : aligned / own;
            }
        }

        private bool IsCovered(Word word)
        {
            if (word.Role is not WordRole.Figure)
            {
                return _sourceKeys.Contains(word.Key);
            }

            foreach (var source in _source)
            {
                if (SameFigure(word, source))
                {
                    return true;
                }
            }

            return IsRounded(word);
        }

        private static bool SameFigure(Word claim, Word source) =>
            source.Role is WordRole.Figure
            && (claim.Key == source.Key || claim.Key == source.OtherKey || claim.OtherKey == source.Key)
            && SameUnit(claim.Unit, source.Unit);

        private static bool SameUnit(string claim, string source) =>
            claim == source || (source.Length == 0 && claim is not ("%" or "€" or "$" or "£")) || (claim.Length == 0 && source is not "%");

        /// <summary>"About 41 percent" may stand for 41.3 percent.</summary>
        private bool IsRounded(Word word)
        {
            var before = word.Start == 0 ? "" : _sentence[..word.Start].TrimEnd();
            if (!(before.EndsWith("about", StringComparison.OrdinalIgnoreCase) || before.EndsWith("around", StringComparison.OrdinalIgnoreCase)
                || before.EndsWith("roughly", StringComparison.OrdinalIgnoreCase) || before.EndsWith("approximately", StringComparison.OrdinalIgnoreCase)
                || before.EndsWith("rund", StringComparison.OrdinalIgnoreCase) || before.EndsWith("etwa", StringComparison.OrdinalIgnoreCase))
                || word.IsYear
                || !ReadWords.TryValue(word.Key, out var value))
            {
                return false;
            }

            return _source.Exists(source => source.Role is WordRole.Figure && !source.IsYear && SameUnit(word.Unit, source.Unit)
                && ReadWords.TryValue(source.Key, out var exact) && exact != 0 && Math.Abs(value - exact) / Math.Abs(exact) <= 0.03m);
        }

        /// <summary>A figure that the passage has not, where it has another of the same sort that the sentence has not.</summary>
        private string? Figures()
        {
            for (var i = 0; i < _claim.Count; i++)
            {
                var word = _claim[i];
                if (word.Role is not WordRole.Figure || IsCovered(word))
                {
                    continue;
                }

                var (low, high) = Gap(i);
                Word? other = null;
                for (var j = 0; j < _source.Count; j++)
                {
                    var source = _source[j];
                    if (source.Role is WordRole.Figure && !source.InBrackets && SameSort(word, source) && !_claim.Any(own => SameFigure(own, source))
                        && (other is null || (j > low && j < high)))
                    {
                        other = source;
                    }
                }

                if (other is { } instead)
                {
                    return $"The passage says {ShowSource(instead)}, the sentence says {Show(word)}.";
                }
            }

            return null;
        }

        private static bool SameSort(Word claim, Word source) =>
            claim.Key[0] == source.Key[0] && claim.IsYear == source.IsYear && (claim.Unit == source.Unit || (claim.Unit is not "%" && source.Unit is not "%"));

        private string MissingFigure(Word word) => $"The passage does not give {Show(word)}.";

        /// <summary>A "not" on one side only, before a word that both sides have.</summary>
        private string? Negation()
        {
            for (var i = 0; i < _claim.Count; i++)
            {
                if (_claim[i].Role is WordRole.Negation && _partner[i] < 0 && Negated(_sentence, _claim, i) is { } next && _partner[next] >= 0
                    && !NegatedNear(_source, _partner[next]))
                {
                    return $"The sentence says “{Show(_claim[i])}” where the passage does not.";
                }
            }

            for (var j = 0; j < _source.Count; j++)
            {
                if (_source[j].Role is WordRole.Negation && _claimOf[j] < 0 && Negated(_passage.Passage.Text, _source, j) is { } next && _claimOf[next] >= 0
                    && _source[next].InBrackets == _source[j].InBrackets && !NegatedNear(_claim, _claimOf[next]))
                {
                    return $"The passage says “{ShowSource(_source[j])} … {ShowSource(_source[next])}”, the sentence leaves out the “{ShowSource(_source[j])}”.";
                }
            }

            return null;
        }

        /// <summary>What a "not" denies: the word behind it, or the one before it where the sentence ends with it, as in German.</summary>
        private static int? Negated(string text, IReadOnlyList<Word> words, int at)
        {
            if (NextWeighing(text, words, at) is { } next)
            {
                return next;
            }

            for (var i = at - 1; i >= 0 && i >= at - 3 && !EndsBetween(text, words[i], words[i + 1]); i--)
            {
                if (words[i].Role is WordRole.Content or WordRole.Figure)
                {
                    return i;
                }
            }

            return null;
        }

        private static int? NextWeighing(string text, IReadOnlyList<Word> words, int at)
        {
            for (var i = at + 1; i < words.Count && i <= at + 4 && !EndsBetween(text, words[i - 1], words[i]); i++)
            {
                if (words[i].Role is WordRole.Content or WordRole.Figure or WordRole.Reporting)
                {
                    return i;
                }
            }

            return null;
        }

        private static bool EndsBetween(string text, Word word, Word next) =>
            next.Start > word.End && text.AsSpan(word.End, next.Start - word.End).IndexOfAny(".!?;") >= 0;

        private static bool NegatedNear(IReadOnlyList<Word> words, int at)
        {
            for (var i = Math.Max(0, at - 5); i < Math.Min(words.Count, at + 4); i++)
            {
                if (words[i].Role is WordRole.Negation)
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>"May cause" is not "causes".</summary>
        private string? Hedge()
        {
            for (var j = 0; j < _source.Count; j++)
            {
                if (_source[j].Role is WordRole.Hedge && !_source[j].InBrackets && _claimOf[j] < 0 && NextWeighing(_passage.Passage.Text, _source, j) is { } next && _claimOf[next] >= 0
                    && (!_claim.Any(word => word.Role is WordRole.Hedge) || (Vocabulary.IsModal(_source[j].Key) && !HedgedNear(_claimOf[next]))))
                {
                    return $"The passage says “{ShowSource(_source[j])}”, the sentence states it as certain.";
                }
            }

            return null;
        }

        private bool HedgedNear(int at)
        {
            for (var i = Math.Max(0, at - 6); i < Math.Min(_claim.Count, at + 4); i++)
            {
                if (_claim[i].Role is WordRole.Hedge)
                {
                    return true;
                }
            }

            return false;
        }

        private string? Opposite(List<Word> missing)
        {
            foreach (var word in missing)
            {
                foreach (var source in _source)
                {
                    if (source.Role is WordRole.Content or WordRole.Telling or WordRole.Function && !_claimKeys.Contains(source.Key) && Vocabulary.AreOpposite(word.Key, source.Key))
                    {
                        return $"The passage says “{ShowSource(source)}”, the sentence says “{Show(word)}”.";
                    }
                }
            }

            return null;
        }

        private string? Roles() =>
            ReadRoles.Agree(_claim, _source) is false ? "The passage says who does it and to whom the other way round."
            : ReadRoles.Turned(_claim, _source) ? "The passage goes from one to the other the other way round."
            : ReadRoles.Mirrored(_claim, _source) is { } verb ? $"What stands before and behind “{Show(verb)}” changed places."
            : null;

        /// <summary>
        /// A figure or an opposite that the passage has elsewhere too, but not here: "increases", where the passage has
        /// "decreases" between the same words.
        /// </summary>
        private string? InPlaceOf()
        {
            for (var i = 0; i < _claim.Count; i++)
            {
                if (!_looseClaim[i] || _claim[i].Role is not (WordRole.Figure or WordRole.Content or WordRole.Telling))
                {
                    continue;
                }

                var (low, high) = Gap(i);
                for (var j = low + 1; j < Math.Min(high, low + 9); j++)
                {
                    if (_looseSource[j] && _source[j].InBrackets == _claim[i].InBrackets
                        && (_claim[i].Role is WordRole.Figure
                            ? _source[j].Role is WordRole.Figure && SameSort(_claim[i], _source[j]) && !SameFigure(_claim[i], _source[j]) && !IsRounded(_claim[i])
                            : Vocabulary.AreOpposite(_claim[i].Key, _source[j].Key)))
                    {
                        return $"The passage says {ShowSource(_source[j])}, the sentence says {Show(_claim[i])}.";
                    }
                }
            }

            return null;
        }

        /// <summary>Two words that stand in each other's place, everything between them being where it was.</summary>
        private string? Exchanged()
        {
            for (var i = 0; i < _claim.Count; i++)
            {
                if (!CanMove(_claim[i]) || _partner[i] >= 0 || _looseClaim[i])
                {
                    continue;
                }

                var (low, high) = Gap(i);
                for (var j = low + 1; j < Math.Min(high, low + 6); j++)
                {
                    if (_claimOf[j] >= 0 || !CanMove(_source[j]) || _source[j].Key == _claim[i].Key || IsName(_claim[i]) != IsName(_source[j]) || (_claim[i].Role is WordRole.Figure) != (_source[j].Role is WordRole.Figure))
                    {
                        continue;
                    }

                    for (var k = i + 1; k < _claim.Count; k++)
                    {
                        if (_partner[k] >= 0 || _claim[k].Key != _source[j].Key || !Enumerable.Range(i, k - i).Any(between => _partner[between] >= 0 && _claim[between].Weighs))
                        {
                            continue;
                        }

                        var (lowest, highest) = Gap(k);
                        for (var l = lowest + 1; l < Math.Min(highest, lowest + 6); l++)
                        {
                            if (_claimOf[l] < 0 && _source[l].Key == _claim[i].Key && !VoiceDiffers() && !KeepsClauses())
                            {
                                return $"The passage puts {Show(_claim[k])} and {Show(_claim[i])} the other way round.";
                            }
                        }
                    }
                }
            }

            return null;
        }

        private static bool CanMove(Word word) => word.Role is WordRole.Content or WordRole.Figure;

        /// <summary>
        /// Two names, figures or things that changed places: putting them back makes the sentence agree better with the passage.
        /// </summary>
        private string? Swapped()
        {
            var loose = new List<int>();
            for (var i = 0; i < _claim.Count; i++)
            {
                if (_claim[i].Role is WordRole.Content or WordRole.Figure or WordRole.Telling && _partner[i] < 0 && _sourceKeys.Contains(_claim[i].Key))
                {
                    loose.Add(i);
                }
            }

            if (loose.Count is 0 or > 8)
            {
                return null;
            }

            var words = _claim.ToArray();
            var all = words.Count(word => word.Weighs);
            var before = Agreement(_partner);
            (int First, int Second)? swapped = null;
            for (var round = 0; round < 4 && before < all; round++)
            {
                if (BestSwap(words, loose, before) is not { } swap)
                {
                    break;
                }

                (words[swap.First], words[swap.Second]) = (words[swap.Second], words[swap.First]);
                before = swap.Agreement;
                swapped ??= (swap.First, swap.Second);
            }

            return swapped is not var (first, second) || before < all - 1 || VoiceDiffers() || KeepsClauses()
                ? null
                : $"The passage puts {Show(_claim[Math.Max(first, second)])} and {Show(_claim[Math.Min(first, second)])} the other way round.";
        }

        private (int First, int Second, int Agreement)? BestSwap(Word[] words, List<int> loose, int before)
        {
            foreach (var i in loose)
            {
                for (var k = 0; k < words.Length; k++)
                {
                    if (k == i || words[k].Key == words[i].Key || !words[k].Weighs || !_sourceKeys.Contains(words[k].Key)
                        || (words[k].Role is WordRole.Figure) != (words[i].Role is WordRole.Figure)
                        || (words[i].Role is WordRole.Figure && !SameSort(words[i], words[k]))
                        || IsName(words[i]) != IsName(words[k]))
                    {
                        continue;
                    }

                    (words[i], words[k]) = (words[k], words[i]);
                    var after = Agreement(Align(words, CollectionsMarshal.AsSpan(_source)));
                    (words[i], words[k]) = (words[k], words[i]);
                    if (after - before >= 2)
                    {
                        return (i, k, after);
                    }
                }
            }

            return null;
        }

        /// <summary>The first word of a sentence is capitalised anyhow; the source may know it as a name.</summary>
        private bool IsName(Word word) => word.Name || _source.Exists(source => source.Name && source.Key == word.Key);

        private int Agreement(int[] partner)
        {
            var count = 0;
            for (var i = 0; i < partner.Length; i++)
            {
                count += partner[i] >= 0 && _claim[i].Weighs ? 1 : 0;
            }

            return count;
        }

        /// <summary>"Alice beat Bob" and "Bob was beaten by Alice" say the same.</summary>
        private bool VoiceDiffers() => _claimKeys.Contains("by") != _sourceKeys.Contains("by");

        /// <summary>Whole clauses may change places ("In 2020 14, in 2019 41"): the figures of each then still stand together.</summary>
        private bool KeepsClauses()
        {
            var own = FiguresByClause(_sentence, _claim);
            var theirs = FiguresByClause(_passage.Passage.Text, _source);
            return own.Exists(clause => clause.Count > 1) && own.TrueForAll(clause => theirs.Exists(clause.IsSubsetOf));
        }

        private static List<HashSet<string>> FiguresByClause(string text, IReadOnlyList<Word> words)
        {
            var clauses = new List<HashSet<string>> { new(StringComparer.Ordinal) };
            for (var i = 0; i < words.Count; i++)
            {
                if (words[i].Key is "and" or "but" or "while" or "whereas" or "und" or "aber"
                    || (i > 0 && words[i].Start > words[i - 1].End && text.AsSpan(words[i - 1].End, words[i].Start - words[i - 1].End).IndexOfAny(",;.:") >= 0))
                {
                    clauses.Add(new HashSet<string>(StringComparer.Ordinal));
                }

                if (words[i].Role is WordRole.Figure)
                {
                    clauses[^1].Add(words[i].Key);
                }
            }

            return clauses;
        }

        /// <summary>Another word in the place of one of the passage's, the words around it being the same.</summary>
        private (string? Note, bool IsName) Substituted()
        {
            var aligned = _partner.Count(partner => partner >= 0);
            if (aligned < 2 || aligned < 0.5 * _claim.Count)
            {
                return (null, false);
            }

            for (var i = 0; i < _claim.Count; i++)
            {
                var word = _claim[i];
                if (word.Role is not (WordRole.Content or WordRole.Telling) || _partner[i] >= 0 || (_sourceKeys.Contains(word.Key) && !_looseClaim[i]) || _passage.Context.Contains(word.Key))
                {
                    continue;
                }

                var (low, high) = Gap(i);
                if (high - low - 1 > 6)
                {
                    continue;
                }

                for (var j = low + 1; j < high; j++)
                {
                    var source = _source[j];
                    if (source.Role is WordRole.Content or WordRole.Telling && source.InBrackets == word.InBrackets && (!_claimKeys.Contains(source.Key) || _looseSource[j]))
                    {
                        return ($"The passage says “{ShowSource(source)}”, the sentence says “{Show(word)}”.", word.Name && source.Name);
                    }
                }
            }

            return (null, false);
        }

        /// <summary>The stretch of the source between the partners of the neighbours of a word that has none.</summary>
        private (int Low, int High) Gap(int i)
        {
            var low = -1;
            for (var k = i - 1; k >= 0 && low < 0; k--)
            {
                low = _partner[k];
            }

            var high = -1;
            for (var k = i + 1; k < _partner.Length && high < 0; k++)
            {
                high = _partner[k];
            }

            return (low, high < 0 ? _source.Count : high);
        }

        private string Show(Word word) => With(_sentence[word.Start..word.End], word.Unit);

        private string ShowSource(Word word) => With(_passage.Passage.Text[word.Start..word.End], word.Unit);

        private static string With(string text, string unit) => unit switch
        {
            "" => text,
            "%" => text + " percent",
            "€" or "$" or "£" => unit + text,
            _ => $"{text} {unit}",
        };

        private string List(List<Word> missing)
        {
            var shown = missing.Select(Show).Distinct(StringComparer.OrdinalIgnoreCase).Take(3).Select(word => $"“{word}”").ToArray();
            return shown.Length switch
            {
                0 => "all of this",
                1 => shown[0],
                _ => string.Join(", ", shown[..^1]) + " and " + shown[^1],
            };
        }
    }

    /// <summary>The longest common subsequence, words that carry meaning counting more than the small ones.</summary>
    private static int[] Align(ReadOnlySpan<Word> claim, ReadOnlySpan<Word> source)
    {
        var width = source.Length + 1;
        var best = new int[(claim.Length + 1) * width];
        for (var i = claim.Length - 1; i >= 0; i--)
        {
            for (var j = source.Length - 1; j >= 0; j--)
            {
                var skip = Math.Max(best[(i + 1) * width + j], best[i * width + j + 1]);
                var take = SameWord(claim[i], source[j]) ? best[(i + 1) * width + j + 1] + (claim[i].Weighs ? 8 : 1) : 0;
                best[i * width + j] = Math.Max(skip, take);
            }
        }

        var partner = new int[claim.Length];
        Array.Fill(partner, -1);
        for (int i = 0, j = 0; i < claim.Length && j < source.Length;)
        {
            if (SameWord(claim[i], source[j]) && best[i * width + j] == best[(i + 1) * width + j + 1] + (claim[i].Weighs ? 8 : 1))
            {
                partner[i++] = j++;
            }
            else if (best[(i + 1) * width + j] >= best[i * width + j + 1])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return partner;
    }

    private static bool SameWord(Word claim, Word source) =>
        claim.Key == source.Key || (claim.Role is WordRole.Figure && source.Role is WordRole.Figure && (claim.Key == source.OtherKey || claim.OtherKey == source.Key));
}

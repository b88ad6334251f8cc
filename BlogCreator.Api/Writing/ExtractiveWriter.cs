using BlogCreator.Api.Evidence;

namespace BlogCreator.Api.Writing;

/// <summary>Writes without a model: it selects, orders and joins sentences of the sources.</summary>
public sealed class ExtractiveWriter : IPostWriter
{
    private const int LongestParagraph = 4;
    private const int LongestOpening = 62;
    private const double TooAlike = 0.62;
    private const double PointTooAlike = 0.5;
    private const double SameAgain = 0.85;

    public string Name => "extractive";

    public Task<WrittenSection> WriteSection(SectionTask task, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(task);
        cancel.ThrowIfCancellationRequested();
        return Task.FromResult(new Draft(task).Write());
    }

    /// <summary>One section while it is written.</summary>
    private sealed class Draft
    {
        private readonly SectionTask _task;
        private readonly Dictionary<Guid, UnderstoodPassage> _passages = [];
        private readonly Dictionary<Guid, (int Document, int Order, SectionRole Role)> _places = [];
        private readonly HashSet<string> _said = new(StringComparer.Ordinal);
        private readonly List<HashSet<string>> _saidTerms = [];
        private readonly Dictionary<string, HashSet<string>> _known = new(StringComparer.Ordinal);
        private readonly Focus _focus;
        private readonly HashSet<Guid> _headed = [];

        /// <summary>Whether the documents say too little of the topic to fill the post with it alone.</summary>
        private readonly bool _thin;

        /// <summary>Whether they say so little of it that a single word of the topic must do.</summary>
        private readonly bool _scarce;
        private readonly UsableSentence? _quote;
        private readonly HashSet<UsableSentence> _carrying = [];
        private readonly HashSet<string> _title;

        /// <summary>Sources that hold little more than the post may hold: nothing of them is left out without need.</summary>
        private readonly bool _small;
        private readonly Dictionary<string, double> _weights;

        public Draft(SectionTask task)
        {
            _task = task;
            _weights = new Dictionary<string, double>(task.Understanding.TermWeights, StringComparer.Ordinal);
            for (var d = 0; d < task.Understanding.Documents.Count; d++)
            {
                foreach (var section in task.Understanding.Documents[d].Sections)
                {
                    foreach (var passage in section.Passages)
                    {
                        _passages[passage.Id] = passage;
                        _places[passage.Id] = (d, passage.Order, section.Role);
                        for (var s = 0; s + 1 < passage.Sentences.Count; s++)
                        {
                            if (!passage.Sentences[s + 1].StandsAlone && passage.Sentences[s + 1].Number - passage.Sentences[s].Number == 1)
                            {
                                _carrying.Add(passage.Sentences[s]);
                            }
                        }
                    }
                }
            }

            // The plan knows whether the topic narrows what is told.
            _focus = new Focus(task.Plan.Sections.Where(section => section.Part is SectionPart.Lead).SelectMany(section => section.About), task.Understanding);
            if (_focus.IsNarrow)
            {
                _headed = [.. task.Understanding.Documents.SelectMany(document => document.Sections).Where(section => _focus.Bears(TermsOf(section.Heading))).SelectMany(section => section.Passages).Select(passage => passage.Id)];
                _scarce = _passages.Values.SelectMany(passage => passage.Sentences).Where(BearsOnTopic).Sum(sentence => Words(sentence.Text)) < 0.5 * task.Plan.Words;
                _thin = _passages.Values.SelectMany(passage => passage.Sentences).Where(BearsOnTopic).Sum(sentence => Words(sentence.Text)) < 0.8 * task.Plan.Words;
            }

            _small = _passages.Values.Sum(passage => passage.Sentences.Sum(sentence => Words(sentence.Text))) < 1.4 * task.Plan.Words;
            _title = [.. task.Understanding.Documents.SelectMany(document => Terms.Of(document.Title))];
            foreach (var sentence in task.Written.SelectMany(section => section.Blocks).SelectMany(block => block.Sentences))
            {
                Remember(sentence.Text);
            }

            // The quotation is chosen before anything is written, so that no other section uses it up.
            if (task.Plan.Sections.FirstOrDefault(section => section.Quote) is { } quoting
                && PickQuote.Run(quoting.Passages.Where(_passages.ContainsKey).SelectMany(id => _passages[id].Sentences), PickQuote.Least(task.Understanding.Documents.Any(document => document.Paper)), sentence => IsNew(sentence) && _focus.Bears(TermsOf(sentence.Text), _scarce)) is { } reserved)
            {
                _quote = task.Section.Quote ? reserved : null;
                Remember(reserved.Text);
            }

        }

        public WrittenSection Write()
        {
            var section = _task.Section;
            IReadOnlyList<WrittenBlock> blocks = section.Part switch
            {
                SectionPart.Lead => Lead(),
                SectionPart.KeyPoints => KeyPoints(),
                _ => Body(),
            };
            var told = _task.Written.SelectMany(written => written.Blocks).SelectMany(block => block.Sentences).Select(sentence => sentence.Text);
            return new WrittenSection(_task.Index, section.Heading, section.Part, new ExplainShortForms(_task.Documents, told).Run(blocks));
        }

        /// <summary>What this is about: the opening of an abstract where there is one, else the broadest statements.</summary>
        private List<WrittenBlock> Lead()
        {
            var blocks = new List<WrittenBlock>();
            var labels = Labels.For(_task.Plan.Language);
            if (!_task.Plan.TopicCovered && _task.Plan.Topic is { } topic)
            {
                blocks.Add(new WrittenBlock(BlockKind.Paragraph, [
                    new WrittenSentence(labels.NotCovered(ForSentence(topic)), [], LeansOnPrevious: false),
                    new WrittenSentence(labels.Instead, [], LeansOnPrevious: true),
                ]));
            }

            var relevance = _task.Passages.ToDictionary(passage => passage.PassageId, passage => passage.Score);
            var opening = _task.Passages
                .Select(ranked => _passages[ranked.PassageId])
                .Select(passage => (Run: BestRun(passage, 3, opening: true), Place: _places[passage.Id], passage.Id))
                .Where(candidate => candidate.Run.Count > 0)
                .Select(candidate => (candidate.Run, candidate.Place, Score: candidate.Run.Average(Value) * candidate.Run[0].Point * (0.4 + relevance[candidate.Id]) * LeadFactor(candidate.Place) * (candidate.Run[0].Number == 0 ? 1.8 : 1)))
                .OrderByDescending(candidate => candidate.Score)
                .ToList();
            // An abstract, an introduction or the first pages say what a document is about; its details do not.
            var preferred = opening.Where(candidate => candidate.Place.Role is SectionRole.Abstract or SectionRole.Introduction || (candidate.Place.Role is SectionRole.Other && candidate.Place.Order < 6)).ToList();
            opening = preferred.Count > 0 ? [.. preferred, .. opening.Except(preferred)] : opening;
            if (opening.Count == 0)
            {
                return blocks;
            }

            var chosen = (!_focus.IsNarrow ? WayIn(opening[0].Place.Document) : null) ?? [.. opening[0].Run.Take(2)];
            var first = _places[chosen[0].PassageId];
            chosen.ForEach(sentence => Remember(sentence.Text));
            // A second voice for a second document, or the main finding of the only one.
            var second = opening
                .Where(candidate => candidate.Place.Document != first.Document || candidate.Place.Role is SectionRole.Discussion or SectionRole.Conclusion or SectionRole.Abstract or SectionRole.Introduction || first.Role is SectionRole.Other)
                .OrderByDescending(candidate => candidate.Place.Document != first.Document)
                .ThenByDescending(candidate => candidate.Place.Role is SectionRole.Abstract)
                .ThenByDescending(candidate => _task.Understanding.Documents[candidate.Place.Document].Paper && candidate.Place.Role is SectionRole.Discussion or SectionRole.Conclusion)
                .ThenByDescending(candidate => candidate.Run[0].Weight * candidate.Run[0].Polish * candidate.Run[0].Point)
                .SelectMany(candidate => candidate.Run.Where(sentence => sentence.StandsAlone))
                .FirstOrDefault(sentence => IsNew(sentence) && BearsOnTopic(sentence) && sentence.Point > 0.5 && AddsToLead(sentence, chosen.Count));
            blocks.Add(Paragraph(chosen));
            if (second is not null)
            {
                Remember(second.Text);
                if (chosen.Count == 1 || _task.Understanding.Documents.Count == 1)
                {
                    blocks[^1] = Paragraph([.. chosen, second]);
                }
                else
                {
                    blocks.Add(Paragraph([second]));
                }
            }

            return blocks;
        }

        /// <summary>Where there is little to tell, the story keeps its sentences, and only an outcome goes ahead of it.</summary>
        private bool AddsToLead(UsableSentence sentence, int already) =>
            !_small || (!_carrying.Contains(sentence) && (already < 2 || sentence.Point >= 1.3 || _places[sentence.PassageId].Role is SectionRole.Abstract || (_places[sentence.PassageId].Role is SectionRole.Conclusion && _task.Understanding.Documents[_places[sentence.PassageId].Document].Paper)));

        /// <summary>The first words of a document are its own way in, unless something particular was asked.</summary>
        private List<UsableSentence>? WayIn(int document)
        {
            foreach (var passage in _task.Understanding.Documents[document].Sections
                .Where(section => section.Role is not SectionRole.Method)
                .OrderByDescending(section => section.Role is SectionRole.Abstract)
                .ThenByDescending(section => section.Role is SectionRole.Introduction)
                .Take(2)
                .SelectMany(section => section.Passages.Take(2)))
            {
                if (passage.Sentences is [{ Number: <= 1, StandsAlone: true, Polish: > 0.45, Weight: > 0.05 } opening, ..] && IsNew(opening))
                {
                    var words = 0;
                    return [.. passage.Sentences.TakeWhile((sentence, index) => index < 3 && sentence.Number == opening.Number + index && sentence.Polish > 0.4 && ((words += Words(sentence.Text)) <= LongestOpening || index == 0))];
                }
            }

            return null;
        }

        private static double LeadFactor((int Document, int Order, SectionRole Role) place) =>
            (place.Role switch
            {
                SectionRole.Abstract => 2,
                SectionRole.Introduction => 1.4,
                SectionRole.Conclusion or SectionRole.Discussion => 1,
                SectionRole.Method => 0.2,
                SectionRole.Result => 0.6,
                _ => 0.9,
            }) * (place.Order < 2 ? 2 : place.Order < 5 ? 1.5 : place.Order < 10 ? 1.2 : 1);

        private List<WrittenBlock> KeyPoints()
        {
            var wanted = _small ? 3 : Math.Clamp(_task.Section.Words / 22, 3, 5);
            var relevance = _task.Passages.ToDictionary(passage => passage.PassageId, passage => passage.Score);
            var candidates = _task.Passages
                .SelectMany(ranked => _passages[ranked.PassageId].Sentences)
                .Where(sentence => sentence.StandsAlone && BearsOnTopic(sentence) && sentence.Text.Length is > 45 and < 230 && sentence.Polish >= 0.7 && (_small ? sentence.Number > 0 || _passages[sentence.PassageId].Sentences.Count < 2 : FirstMention(sentence) >= 1) && !_carrying.Contains(sentence))
                .Select(sentence => (Sentence: sentence, Place: _places[sentence.PassageId], Score: Value(sentence) * sentence.Point * AboutTitle(sentence) * (0.5 + relevance[sentence.PassageId]) * PointFactor(_places[sentence.PassageId].Role)))
                .Where(candidate => candidate.Sentence.Point > 0.3)
                .OrderByDescending(candidate => candidate.Score)
                .ToList();
            var chosen = new List<(UsableSentence Sentence, (int Document, int Order, SectionRole Role) Place)>();
            var passages = new HashSet<Guid>();
            var fair = (wanted + _task.Understanding.Documents.Count - 1) / Math.Max(1, _task.Understanding.Documents.Count);
            foreach (var strict in new[] { true, false })
            {
                foreach (var (sentence, place, _) in candidates)
                {
                    if (chosen.Count < wanted && IsNew(sentence, PointTooAlike) && (!strict || (sentence.Point > 0.6 && passages.Add(sentence.PassageId) && chosen.Count(other => other.Place.Document == place.Document) < fair)))
                    {
                        chosen.Add((sentence, place));
                        Remember(sentence.Text);
                    }
                }
            }

            if (chosen.Count < 2)
            {
                return [];
            }

            return [new WrittenBlock(BlockKind.Bullets, [.. chosen.OrderBy(point => point.Place.Document).ThenBy(point => point.Place.Order).ThenBy(point => point.Sentence.Number).Select(point => Written(point.Sentence, leans: false))])];
        }

        private double AboutTitle(UsableSentence sentence) =>
            _title.Count == 0 ? 1 : 0.7 + Math.Min(1, 2.0 * TermsOf(sentence.Text).Count(_title.Contains) / _title.Count);

        private static double PointFactor(SectionRole role) => role switch
        {
            SectionRole.Conclusion or SectionRole.Abstract => 1.8,
            SectionRole.Discussion => 1.5,
            SectionRole.Result => 1.1,
            SectionRole.Introduction => 0.6,
            SectionRole.Method => 0.05,
            _ => 1,
        };

        private List<WrittenBlock> Body()
        {
            var section = _task.Section;
            var candidates = new List<(UnderstoodPassage Passage, double Score)>();
            foreach (var ranked in _task.Passages)
            {
                var run = BestRun(_passages[ranked.PassageId], LongestParagraph);
                if (run.Count > 0)
                {
                    var length = run.Count == 1 ? 0.6 : 1;
                    candidates.Add((_passages[ranked.PassageId], run.Average(Value) * (0.35 + ranked.Score) * length * (run[0].Number == 0 ? 1.2 : 1)));
                }
            }

            var runs = new List<(List<UsableSentence> Run, (int Document, int Order, SectionRole Role) Place)>();
            var words = 0;
            foreach (var (passage, _) in candidates.OrderByDescending(candidate => candidate.Score))
            {
                if (words >= section.Words - 15 && !_small)
                {
                    break;
                }

                var left = section.Words - words;
                var run = BestRun(passage, _small ? 2 * LongestParagraph : left < 45 ? 2 : LongestParagraph);
                if (run.Count == 0)
                {
                    continue;
                }

                run.ForEach(sentence => Remember(sentence.Text));
                words += run.Sum(sentence => Words(sentence.Text));
                runs.Add((run, _places[passage.Id]));
            }

            var blocks = Join(runs);
            if (_quote is not null && blocks.Count == 0)
            {
                // A section that is nothing but a quotation does not quote: it tells.
                blocks.Add(Paragraph([_quote]));
            }
            else if (_quote is not null)
            {
                blocks.Insert(Math.Min(1, blocks.Count), new WrittenBlock(BlockKind.Quote, [Written(_quote, leans: false)]));
            }

            return blocks;
        }

        /// <summary>Paragraphs in the order of their documents; single sentences of neighbouring passages share one.</summary>
        private static List<WrittenBlock> Join(List<(List<UsableSentence> Run, (int Document, int Order, SectionRole Role) Place)> runs)
        {
            var blocks = new List<WrittenBlock>();
            var open = new List<UsableSentence>();
            var openDocument = -1;
            foreach (var (run, place) in runs.OrderBy(run => run.Place.Document).ThenBy(run => run.Place.Order))
            {
                if (open.Count > 0 && (openDocument != place.Document || open.Count + run.Count > LongestParagraph))
                {
                    blocks.Add(Paragraph(open));
                    open = [];
                }

                open.AddRange(run);
                openDocument = place.Document;
                if (open.Count >= 2)
                {
                    blocks.Add(Paragraph(open));
                    open = [];
                }
            }

            if (open.Count > 0)
            {
                // A last lone sentence joins the paragraph before it.
                if (blocks.Count > 0 && blocks[^1].Sentences.Count < LongestParagraph)
                {
                    blocks[^1] = new WrittenBlock(BlockKind.Paragraph, [.. blocks[^1].Sentences, .. Paragraph(open).Sentences]);
                }
                else
                {
                    blocks.Add(Paragraph(open));
                }
            }

            return blocks;
        }

        /// <summary>
        /// The best stretch of a passage: it begins with a sentence that stands alone; a sentence that leans on the one
        /// before it comes only right behind that one.
        /// </summary>
        private List<UsableSentence> BestRun(UnderstoodPassage passage, int most, bool opening = false)
        {
            var best = new List<UsableSentence>();
            double bestScore = 0;
            var sentences = passage.Sentences;
            for (var first = 0; first < sentences.Count; first++)
            {
                if (!sentences[first].StandsAlone || !IsNew(sentences[first]) || (!BearsOnTopic(sentences[first]) && !(_thin && !opening && sentences.Any(BearsOnTopic))) || (opening && (FirstMention(sentences[first]) < 1 || sentences[first].Polish < 0.6)))
                {
                    continue;
                }

                var run = new List<UsableSentence> { sentences[first] };
                Rate(run);
                for (var next = first + 1; next < sentences.Count && run.Count < most; next++)
                {
                    var candidate = sentences[next];
                    var gap = candidate.Number - run[^1].Number;
                    if (!IsNew(candidate) || (candidate.StandsAlone && !_thin && !BearsOnTopic(candidate)) || (!candidate.StandsAlone && gap > 1) || gap > 2)
                    {
                        if (gap > 2)
                        {
                            break;
                        }

                        continue;
                    }

                    if (Alike(run, candidate))
                    {
                        continue;
                    }

                    run.Add(candidate);
                    Rate(run);
                }
            }

            return best;

            void Rate(List<UsableSentence> run)
            {
                var score = run.Sum(Value) / Math.Pow(run.Count, _small ? 0.1 : 0.55);
                if (score > bestScore)
                {
                    bestScore = score;
                    best = [.. run];
                }
            }
        }

        /// <summary>What is asked about, or what stands under a heading that names it.</summary>
        private bool BearsOnTopic(UsableSentence sentence) => !_focus.IsNarrow || _headed.Contains(sentence.PassageId) || _focus.Bears(TermsOf(sentence.Text), _scarce);

        private bool Alike(List<UsableSentence> run, UsableSentence candidate)
        {
            var terms = TermsOf(candidate.Text);
            return run.Exists(sentence => Terms.Overlap(TermsOf(sentence.Text), terms) > 0.85);
        }

        private double Value(UsableSentence sentence)
        {
            var value = (sentence.Weight + (_small ? 0.05 : 0)) * (0.25 + sentence.Polish) * (0.5 + 0.5 * Math.Min(1, sentence.Point)) * (sentence.Point < 0.25 ? 0.6 : 1) * FirstMention(sentence);
            if (_focus.IsNarrow)
            {
                value *= 0.2 + _focus.Share(TermsOf(sentence.Text));
            }

            return value;
        }

        /// <summary>"The border …" opens badly when no border was spoken of: a rare noun behind a definite article leans back too.</summary>
        private double FirstMention(UsableSentence sentence)
        {
            if (!sentence.Text.StartsWith("The ", StringComparison.Ordinal))
            {
                return 1;
            }

            var words = ReadWords.Run(sentence.Text, 0, Math.Min(60, sentence.Text.Length));
            var noun = words.Skip(1).FirstOrDefault(word => word.Role is WordRole.Content);
            return noun.Key is { } key && _weights.GetValueOrDefault(key) >= 0.5 ? 1 : 0.6;
        }

        private bool IsNew(UsableSentence sentence) => IsNew(sentence, _small ? SameAgain : TooAlike);

        private bool IsNew(UsableSentence sentence, double tooAlike)
        {
            if (_said.Contains(sentence.Text))
            {
                return false;
            }

            var terms = TermsOf(sentence.Text);
            return terms.Count < 3 || !_saidTerms.Exists(said => said.Count >= 3 && Terms.Overlap(said, terms) > tooAlike && Math.Min(said.Count, terms.Count) >= 3);
        }

        private HashSet<string> TermsOf(string text) =>
            _known.TryGetValue(text, out var terms) ? terms : _known[text] = Terms.Of(text).ToHashSet(StringComparer.Ordinal);

        private void Remember(string text)
        {
            if (_said.Add(text))
            {
                _saidTerms.Add(TermsOf(text));
            }
        }

        private static WrittenBlock Paragraph(IReadOnlyList<UsableSentence> sentences) =>
            new(BlockKind.Paragraph, [.. sentences.Select((sentence, index) => Written(sentence, leans: index > 0 && !sentence.StandsAlone))]);

        private static WrittenSentence Written(UsableSentence sentence, bool leans) => new(sentence.Text, [sentence.PassageId], leans);

        private static int Words(string text) => text.AsSpan().Count(' ') + 1;

        private static string ForSentence(string topic)
        {
            var clean = string.Concat(topic.Select(c => c is '.' or ':' or ';' or '!' or '?' ? ' ' : c)).Trim();
            return char.IsUpper(clean.FirstOrDefault()) && clean.Length > 1 && char.IsLower(clean[1]) && clean.Contains(' ', StringComparison.Ordinal) && Vocabulary.OpensSentence(clean.AsSpan(0, clean.IndexOf(' ', StringComparison.Ordinal)))
                ? char.ToLowerInvariant(clean[0]) + clean[1..]
                : clean;
        }
    }
}

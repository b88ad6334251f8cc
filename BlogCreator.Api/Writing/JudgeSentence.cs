using System.Buffers;
using System.Text.RegularExpressions;
using BlogCreator.Api.Evidence;

namespace BlogCreator.Api.Writing;

/// <summary>How a sentence may be used.</summary>
/// <param name="Text">What is shown.</param>
/// <param name="StandsAlone">Understandable without the sentence before it.</param>
/// <param name="Verbatim">Shown exactly as it stands in the source, so that it may be quoted.</param>
/// <param name="Polish">How well it reads by itself, 0 to 1.</param>
/// <param name="Finding">Its source says of it that it was found, shown or concluded.</param>
/// <param name="Procedure">Tells how something was done.</param>
/// <param name="Point">How well it serves as a main point, about 1.</param>
/// <param name="Quotable">How well it serves as a quotation, 0 when it does not.</param>
internal readonly record struct SentenceJudgement(string Text, bool StandsAlone, bool Verbatim, double Polish, bool Finding, bool Procedure, double Point, double Quotable);

/// <summary>Decides whether a source sentence can be shown in a post, and with which small change.</summary>
internal static partial class JudgeSentence
{
    private const int Shortest = 6;
    private const int Longest = 48;

    private static readonly SearchValues<char> Symbols = SearchValues.Create("∗*′βγδΔΓλμσφψωατθρκηε");

    public static SentenceJudgement? Run(string raw, bool paper)
    {
        var line = CleanSentence.OneLine(raw);
        if (line.Length is < 25 or > 420 || CleanSentence.Run(raw) is not { Length: >= 25 } text)
        {
            return null;
        }

        text = text.TrimStart('•', '–', '-', '*', '·', ' ');
        if (!Ends(text) || !Begins(text) || SplitSentences.EndsInAbbreviation(text) || Rubbish().IsMatch(text) || PointsElsewhere().IsMatch(text) || SpotOrders.Run(text) || !LooksLikeLanguage(text))
        {
            return null;
        }

        var original = text;
        text = Rephrase(text, paper);
        var words = text.AsSpan().Count(' ') + 1;
        if (words is < Shortest or > Longest || !Begins(text))
        {
            return null;
        }

        // Within quotation marks it is someone else who says "I".
        var narrated = Quoted().Replace(text, "");
        if (FirstPerson().IsMatch(narrated) || (!paper && LooseFirstPerson().IsMatch(narrated)))
        {
            return null;
        }

        var alone = !LeansBack().IsMatch(text) && !LeansBackInside().IsMatch(text) && !SpotLeaning.Run(text);
        var finding = Finding().IsMatch(original);
        var procedure = Procedure().IsMatch(original);
        // In a report the figures are what it has to say; in a paper they are its workings.
        var figures = Math.Max(0, CountNumbers(text) - (paper ? 2 : 4));
        var point = Point(text, finding, procedure, figures);
        return new SentenceJudgement(text, alone, string.Equals(text, line, StringComparison.Ordinal), Polish(text, original, words, figures), finding, procedure, point, Quotable(text, finding, procedure, point));
    }

    private static bool Ends(string text) => text[^1] is '.' or '!' or '。' || (text[^1] is '”' or '"' or ')' && text[^2] is '.' or '!');

    private static bool Begins(string text) => text.Length > 1 && (char.IsUpper(text[0]) || char.IsDigit(text[0]) || (char.IsLetter(text[0]) && !char.IsLower(text[0])) || (text[0] is '“' or '"' && char.IsUpper(text[1])));

    /// <summary>Enough letters, and small words between the large ones: headings, tables and lists of terms have none.</summary>
    private static bool LooksLikeLanguage(string text)
    {
        var letters = 0;
        var digits = 0;
        foreach (var c in text)
        {
            letters += char.IsLetter(c) || c is ' ' ? 1 : 0;
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        if (letters < 0.55 * text.Length || letters + digits < 0.72 * text.Length || digits > 0.36 * text.Length)
        {
            return false;
        }

        var words = ReadWords.Run(text);
        var small = words.Count(word => word.Role is WordRole.Function or WordRole.Telling or WordRole.Negation or WordRole.Hedge);
        var names = words.Count(word => word.Name && text.AsSpan(word.Start, word.End - word.Start).ContainsAnyInRange('A', 'Z'));
        var ideographs = words.Count(word => word.End - word.Start == 1 && word.Role is WordRole.Content);
        return ideographs > words.Count / 2 || (small >= 2 && small >= 0.12 * words.Count && names < 0.55 * words.Count);
    }

    /// <summary>Small changes that keep the claim: a reporting frame goes, "we" of a paper becomes its authors.</summary>
    private static string Rephrase(string text, bool paper)
    {
        var changed = paper ? Frame().Replace(text, "") : text;
        changed = InThisStudy().Replace(changed, "");
        changed = Connective().Replace(changed, "");
        if (paper)
        {
            changed = TheseResults().Replace(changed, "The results ${verb}");
            changed = AsTheAuthors(changed);
        }

        changed = changed.TrimStart(' ', ',');
        return changed.Length > 0 && char.IsLower(changed[0]) && !string.Equals(changed, text, StringComparison.Ordinal)
            ? char.ToUpperInvariant(changed[0]) + changed[1..]
            : changed;
    }

    /// <summary>The first "we" names the authors, what follows speaks of "they" and "their".</summary>
    private static string AsTheAuthors(string text)
    {
        var named = false;
        return OwnWords().Replace(text, match =>
        {
            var capital = char.IsUpper(match.Value[0]);
            var possessive = match.Value is "our" or "Our";
            var first = !named;
            named = true;
            return first
                ? (capital ? "The authors" : "the authors") + (possessive ? "’" : "")
                : possessive ? "their" : "they";
        });
    }

    private static double Point(string text, bool finding, bool procedure, int figures)
    {
        var point = finding ? 1.3 : 1.0;
        point *= Outcome().IsMatch(text) ? 1.25 : 1;
        point *= !finding && !Outcome().IsMatch(text) && Past().IsMatch(text) ? 0.7 : 1;
        point *= OthersWork().IsMatch(text) ? 0.4 : 1;
        point *= procedure || Happened().IsMatch(text) ? 0.2 : 1;
        point *= text.StartsWith("The authors", StringComparison.Ordinal) ? 0.7 : 1;
        point *= text.Contains("respectively", StringComparison.Ordinal) ? 0.5 : 1;
        return point / (1 + 0.3 * Math.Max(0, CountCodes(text) - 1) + 0.15 * figures);
    }

    /// <summary>A voice, a judgement, a finding or a definition; never an instruction or a step of a procedure.</summary>
    private static double Quotable(string text, bool finding, bool procedure, double point)
    {
        if (procedure || Instruction().IsMatch(text) || Happened().IsMatch(text))
        {
            return 0;
        }

        var kind = Voice().IsMatch(text) ? 1.4
            : JudgementWords().IsMatch(text) ? 1.2
            : finding || Outcome().IsMatch(text) ? 1
            : Definition().IsMatch(text) ? 0.8
            : 0.3;
        return kind * Math.Min(1, point) * (OpenQuestion().IsMatch(text) ? 0.3 : 1);
    }

    /// <summary>"WT", "irLOX2", "H3K27me3", "β", "E∗": each is work for a reader.</summary>
    private static int CountCodes(string text)
    {
        var codes = 0;
        foreach (var range in text.AsSpan().SplitAny(' ', '-', '/', '(', ')', ','))
        {
            var word = text.AsSpan(range);
            var upper = 0;
            var digits = 0;
            foreach (var c in word)
            {
                upper += char.IsUpper(c) ? 1 : 0;
                digits += char.IsAsciiDigit(c) ? 1 : 0;
            }

            codes += upper > 1 || (digits > 0 && digits < word.Length && char.IsLetter(word[0])) || (upper > 0 && char.IsLower(word[0]))
                || (word.Length is 1 or 2 && word.ContainsAny(Symbols)) ? 1 : 0;
        }

        return codes;
    }

    private static int CountNumbers(string text)
    {
        var numbers = 0;
        for (var i = 0; i < text.Length; i++)
        {
            numbers += char.IsAsciiDigit(text[i]) && (i == 0 || text[i - 1] is ' ' or '(' or '~' or '∼' or '–' or '-' or '<' or '>') ? 1 : 0;
        }

        return numbers;
    }

    private static double Polish(string text, string original, int words, int figures)
    {
        var polish = 1.0;
        polish -= words is < 9 or > 34 ? 0.25 : words > 28 ? 0.1 : 0;
        polish -= text.StartsWith("The authors", StringComparison.Ordinal) ? 0.25 : 0;
        polish -= text.Contains("the authors", StringComparison.Ordinal) ? 0.2 : 0;
        polish -= text.Contains('(', StringComparison.Ordinal) ? 0.1 : 0;
        polish -= text.Contains(';', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal) ? 0.12 : 0;
        polish -= text.Contains("et al", StringComparison.Ordinal) ? 0.25 : 0;
        polish -= Procedure().IsMatch(original) ? 0.5 : 0;
        polish -= 0.11 * Math.Max(0, CountCodes(text) - 1);
        polish -= 0.08 * figures;
        polish -= original.Length == text.Length ? 0 : 0.02;
        var symbols = text.Count(c => !char.IsLetterOrDigit(c) && c is not (' ' or ',' or '.' or '-' or '’' or '\''));
        polish -= Math.Min(0.4, 3.0 * Math.Max(0, symbols - 3) / text.Length);
        return Math.Max(0.05, polish);
    }

    // Addresses, identifiers, dot leaders, licences, headings run into the text.
    [GeneratedRegex(
        """https?:|www\.|\b(doi|DOI|ISBN|ISSN)\b|@|\.{4,}|�|©|[Aa]ll rights reserved|[Cc]reative [Cc]ommons|[Cc]orresponding author|[Cc]ompeting interest|[Cc]onflicts? of interest|[Aa]uthor contribution|[Ss]upplementa|supplement \d|[Ee]xtended [Dd]ata|^(Fig|Figure|Table|Box|Scheme|Abb|Abbildung|Tabelle|Source code|Video|Chapter|Kapitel)\b\.? ?\d|^Key ?words?\b|^Schlüsselwörter|^(Copyright|Published|Received|Accepted|Correspondence|Acknowledg|Funding)|\b[pP] ?[<=] ?0\.|[a-zà-ÿ]{2}[.:;][A-Z][a-z]|[a-z]{3}[A-Z][a-z]{3}|[|{}\\<>]|\[\^|^\d+(\.\d+)+ [A-Z]|~:""",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Rubbish();

    // A post has no figures, no "above" and no earlier chapter.
    [GeneratedRegex(
        """\b(figs?|figures?|tables?|panels?|eqs?|equations?|appendix|chapters?|abb|abbildung|tabelle) ?\.? ?[0-9A-Z]\b|\b(figs?|figures?|tables?) ?\d|\b(shown|described|discussed|mentioned|noted|listed|outlined|defined|given|explained|presented|summari[sz]ed|reported) (above|below|earlier|here|previously|in the (next|previous|following))|\b(see|as) (above|below|also)\b|\b(the|this) (figure|table|section|chapter|manuscript)\b|\bin the following\b|\bas follows\b|\bthe (next|previous|following|preceding) (section|chapter|page|table|figure|paragraph)|\bmaterials and methods\b|\bsiehe (oben|unten|seite)\b|\bim folgenden\b|\bwie oben\b|\bpages? \d|\bthe former\b|\bthe latter\b|\b(for|find) (more|further|additional) (information|details)\b|^see \b|\bsee (the|our|also|page|chapter|section|appendix)\b|\b(in|from) (chapter|part|section|page|step) \d|\brespectively\b.*\brespectively\b""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex PointsElsewhere();

    // Words at the start that mean something said before.
    [GeneratedRegex(
        """^((this|that|these|those|he|she|they|its|their|his|her|such|both|each|another|other|others|either|neither|one of|some of|most of|all of|many of|none of|two of|here|there,|then|similarly|on the contrary|building on|combined with|to more|as no|conversely|likewise|instead|in contrast|by contrast|in addition|in turn|in return|in this way|in that|at that|at this|by then|until then|by this|by that|from there|of the two|in both|in each|in either|in all|in neither|at the same time|on the other hand|for example|for instance|as a result|as such|as with|as in|as for|as expected|as before|as above|consistent with|in agreement|in line with|together|taken together|also|again|thus|therefore|hence|consequently|accordingly|however|nevertheless|nonetheless|moreover|furthermore|further|additionally|finally|first|second|third|next|lastly|subsequently|afterwards|meanwhile|otherwise|indeed|even|rather|still|yet|but|and|or|so|because of|to do|to test|to address|to this|to that|to determine|to examine|to investigate|to assess|after that|before that|since then|despite|unlike|given|if so|only then|the (same|other|others|second|third|latter|former|difference|differences|remaining|rest|opposite|reason|result|first (of|one|is|was)|effect|above|two|three|four|resulting|corresponding|respective|additional)|a (second|third|similar|further)|similar|dies|diese|dieser|dieses|er|sie|ihre|ihr|sein|seine|solche|beide|dabei|dazu|dadurch|damit|daher|deshalb|dennoch|trotzdem|jedoch|außerdem|zudem|ferner|ebenso|hier|dort|dann|danach|zuletzt|schließlich|allerdings|auch|denn|das (ist|war|heißt|bedeutet)|dagegen|hingegen|hierbei|hierzu)\b|it\b)""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex LeansBack();

    // And inside the first words: "In this case", "Under these conditions", "Of those".
    [GeneratedRegex(
        """^[^,;:(]{0,80}\b(this|these|those|such(?! as)|diese|dieser|diesem|diesen|dieses)\b|^([\w’'-]+,? ){1,4}(however|therefore|thus|also)\b|\b(this|these|those) (is|are|was|were|results?|findings?|observations?|data|cases?|effects?|differences?|experiments?|conditions?|changes?)\b|^(because|although|while|when|if|since|as) (it|they|he|she|this|these)\b|^(the|our) (results|data|findings) (also|further)|\bthe same\b.{0,30}$|^[\w-]+ of (them|these|those|which)\b|^[\w -]{1,40}\b(also|too)\b|^(a|an|one) (other|further|additional|alternative)\b|, (for example|for instance|however|therefore|in turn|by contrast|in contrast|nevertheless|then|zum beispiel|jedoch|dagegen|hingegen),|\b(again|in particular)\b.{0,30}(consistent|,)|^in particular\b|\b(each|some|all|both|one|many|most) of (these|those|them)\b|\bthe (above|aforementioned)\b|^(in|at|on|by|from|since|until|after|before|during|for|of) (that|this|these|those)\b|^[^,;]{0,90}\b(for|of|with|to|by|on|in|from|behind|at|about|into|that) (it|them|him|they|he|she)\b""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex LeansBackInside();

    [GeneratedRegex("""“[^“”]*”|„[^„“”]*[“”]""", RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Quoted();

    [GeneratedRegex("""\b(I|me|my|myself|us|ourselves|mine|ours|ich|mir|mich|mein|meine)\b""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex FirstPerson();

    [GeneratedRegex("""\b(we|We|our|Our|wir|Wir|unser|unsere|unseren|Unsere)\b""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex LooseFirstPerson();

    [GeneratedRegex(
        """^(here,? |in this (study|paper|work|article|report),? |in the (present|current) (study|work|paper),? |furthermore,? |moreover,? |in addition,? (?!to )|additionally,? |thus,? |therefore,? |together,? |taken together,? |finally,? |importantly,? |notably,? |in summary,? |overall,? |however,? )?(we (also |further |then |therefore |thus )?(find|found|show|showed|have shown|have found|demonstrate|demonstrated|have demonstrated|observe|observed|noted|note|report|reported|conclude|concluded|discovered|confirmed) (here )?that|(our|these|the|this) (results?|data|findings?|observations?|experiments?|analys[ei]s|stud(y|ies)|work) (also |further |clearly |together )?(show|shows|showed|demonstrate|demonstrates|demonstrated|reveal|reveals|revealed|confirm|confirms|confirmed|establish|establishes) that|it (is|was) (found|shown|observed|well known|known|clear|now clear|important to note|worth noting|noteworthy|interesting|apparent|evident) that|(interestingly|notably|importantly|strikingly|remarkably|surprisingly|of note|unexpectedly|significantly|indeed|in fact),) """,
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Frame();

    [GeneratedRegex("""^(here|in this (study|paper|work|article|report)|in the (present|current) (study|work|paper|report)),? """, RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex InThisStudy();

    // Only the ones that add nothing but a link; "for example" or "in contrast" say how the sentence is meant.
    [GeneratedRegex("""^(moreover|furthermore|in addition(?! to )|additionally|actually|specifically|finally|notably|importantly|interestingly|overall|in summary|in conclusion|taken together|of note|thus|therefore|indeed|in fact|in general|generally|strikingly|surprisingly|außerdem|zudem|ferner|schließlich),? """, RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Connective();

    [GeneratedRegex("""^(?:these|our|the present|the current|together, these|taken together, these|together, our) (?:results|findings|data|observations) (?<verb>suggest|indicate|imply|support|raise|provide|point|argue)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex TheseResults();

    [GeneratedRegex("""\b([Ww]e|[Oo]ur)\b""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex OwnWords();

    // How it was done in the laboratory is rarely what a reader came for.
    [GeneratedRegex(
        """\b(was|were) (\w+ly |then |also |subsequently |not )?(performed|prepared|purchased|obtained|incubated|washed|centrifuged|collected|dissected|amplified|cloned|digested|stained|imaged|fixed|mounted|calculated|measured|generated|inserted|removed|added|diluted|resuspended|sequenced|mixed|acquired|recorded|isolated|transformed|transfected|labell?ed|quantified|normali[sz]ed|housed|anesthetized|sacrificed|used|assayed|placed|hatched|harvested|grown|reared|kept|treated|subjected|cultured|expressed and purified|purified|crosslinked|carried out|conducted|analy[sz]ed|processed|selected|randomly|excluded|planted|infested|assigned|counted|monitored|scored|estimated|simulated|implemented|computed|aligned|mapped|plotted|fitted|averaged|refined|reconstituted|filtered|located by)\b|\bwe (\w+ )?(profiled|generated|reconstituted|planted|placed|recorded|used|made|performed|prepared|purified|measured|conducted|collected|analy[sz]ed|cloned|inserted|selected|compared|tested|examined|investigated|assayed|took|decided|set|ran|chose|counted|monitored|calculated|designed|employed|added|observed|noticed|defined|introduced|applied|were|developed an|wanted|sought|asked|computed|simulated|carried)\b|\b([Bb]uffer|µl|μl|µM|μM|mM|rpm|°C|primers?|PCR|plasmids?|vectors?|aliquots?|supplied|protocol|manufacturer)\b""",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Procedure();

    [GeneratedRegex(
        """\b(increas|reduc|decreas|improv|lower|rais|doubl|halv|fell|fall|rose|ris(e|es|ing)\b|grew|grow|cut\b|sav(e|es|ed|ing|ings)\b|caus|lead(s|ing)? to|led to|result(s|ed|ing)? in|depend|requir|enabl|prevent|protect|explain|determin|driv(e|es|en)\b|function(s)? as|serv(e|es|ed) as|act(s|ed)? as|(is|are) (essential|necessary|sufficient)\b|responsible for|contribut|correlat|predict|replac|allow|validat|refin(e|es|ed)\b|support(s|ed)?\b|confirm|show(s|ed)? that|play(s|ed)? (a|an) |because|helps?\b|steig|sank|sink|senk|führt|verringer|verbesser|erhöh)""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Outcome();

    [GeneratedRegex("""\b(was|were|had been|had not|did not)\b|^(In|On|At|For|By) [^,]{3,40},""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Past();

    // What was known before a paper, and what others did.
    [GeneratedRegex(
        """\b(previous(ly)?|prior (work|stud|mapping)|earlier (work|stud|report)|(was|were) (first )?(shown|proposed|reported|described) (by|in|to)|has been|have been|have (shown|found|suggested|reported|proposed|demonstrated)|well[- ]known|known (crystal )?structures?|recently (published|reported)|(two|three|several|many|some|other|field|laboratory|biochemical|genetic|recent) (\w+ )?(studies|works|reports)|and colleagues|et al|not been studied|remains? (unclear|elusive|unknown|unresolved)|not clear)\b|^[A-Z][a-z]+ (and [A-Z][a-z]+ )?(showed|found|reported|observed|used|proposed|identified)\b""",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex OthersWork();

    [GeneratedRegex(
        """\b(says?|said|argues?|argued|warns?|warned|believes?|believed|explains|explained|recalls?|recalled|according to|stresses|admits|admitted|sagte?|meint|glaubt|warnt|betont)\b""",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Voice();

    [GeneratedRegex(
        """\b(must|should|essential|crucial|critical(ly)?|important|key|remarkabl[ey]|surprising(ly)?|striking(ly)?|best|worst|the most|rarely|never|always|only|fundamental|central|richer|powerful|challeng\w+|promising|demonstrat\w+|reveal\w*|suggests?|indicates?|concept|principle|means that|worth|wichtig\w*|entscheidend\w*|muss|müssen|nie|selten)\b""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex JudgementWords();

    // What is not known yet says little about a document that goes on to tell it.
    [GeneratedRegex("""\b(poorly understood|not (yet )?(understood|known|clear|been)|unclear|unknown|elusive|(is|are) (required|needed) (in order )?to|little is known|remains?)\b""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex OpenQuestion();

    [GeneratedRegex("""^[^,;]{3,70}\b(is|are|means|refers to|ist|sind|bedeutet) (defined as|a|an|the|one of|traits?|ein|eine|der|die|das)\b""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Definition();

    [GeneratedRegex(
        """^(please|do not|don’t|don't|never|always|make sure|ensure|clean|ask|keep|press|turn|open|close|insert|remove|click|select|use|check|set|connect|install|run|place|put|add|see|note|store|read|wait|choose|enter|type|hold|pull|push|switch|fill|leave|let|wipe|clear|replace|contact|call|follow|reinigen|drücken|öffnen|schließen|prüfen) """,
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Instruction();

    /// <summary>A request to the reader of a document: "Press the button once."</summary>
    public static bool IsRequest(string text) => Instruction().IsMatch(text);

    // What was done with the things under study, told in passing.
    [GeneratedRegex(
        """\b(plants|larvae|mice|rats|cells|animals|embryos|samples|patients|participants|subjects|volunteers|respondents|lines|mutants|complexes|nuclei|genotypes|images|sequences|reads)\b[^,;]{0,60}\b(received|were (given|matched|allowed|exposed|assigned|infested|baited|fed|injected|asked|amenable|chosen|crossed|obtained|built|aligned|mapped)|underwent)\b|\b(was|were) (built|set up|inserted|chosen|asked|given|allowed|matched)\b|\b(line|lines|strain|strains) used\b|\bto control for\b|\b(was|were) part of\b|\bby the end of the (assay|experiment)\b""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Happened();

    // What the source itself marks as its outcome.
    [GeneratedRegex(
        """\b(we|I) (\w+ )?(show|find|found|showed|demonstrate|demonstrated|conclude|propose|discovered|report|reveal|predict|suggest)\b|\b(results|findings|data|study|work|model|analysis|analyses|experiments?|evidence|trials?|surveys?|reports?|evaluations?|measurements?|figures) (\w+ )?(show|shows|showed|suggest|suggests|suggested|demonstrate|demonstrates|indicate|indicates|reveal|reveals|confirm|confirms|predict|predicts|support|supports|provide|provides|imply|implies)\b|^(in conclusion|in summary|taken together|overall|therefore|thus)\b|\b(most important|the main|key finding|ergebnis|insgesamt|zusammenfassend)\b""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Finding();
}

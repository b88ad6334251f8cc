using System.Text.RegularExpressions;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Evidence;

/// <summary>Says what sort of sentence it is; only opinions and transitions without figures need no evidence.</summary>
internal static partial class ClassifySentence
{
    public static ClaimKind Run(string sentence, IReadOnlyList<Word> words, bool inQuote, bool hasQuotation)
    {
        if (inQuote || hasQuotation)
        {
            return ClaimKind.Quote;
        }

        if (words.Any(word => word.Role is WordRole.Figure && !IsFigureOfSpeech(sentence, word)))
        {
            return ClaimKind.Number;
        }

        if (!words.Any(word => word.Weighs || word.Role is WordRole.Reporting) || sentence.EndsWith('?') || sentence.EndsWith('？') || Pointer().IsMatch(sentence)
            || (sentence.EndsWith(':') && words.Count <= 9))
        {
            return ClaimKind.Transition;
        }

        return Judgement().IsMatch(sentence) ? ClaimKind.Opinion : ClaimKind.Fact;
    }

    /// <summary>Small spelled numbers count things in passing ("two reasons"), they are checked but do not make a figure of the sentence.</summary>
    private static bool IsFigureOfSpeech(string sentence, Word word) => char.IsLetter(sentence[word.Start]) && word.Unit.Length == 0 && word.Key[0] is '#';

    // Only whole sentences of a fixed shape, so that no claim can ride on one.
    [GeneratedRegex(
        """^(here is what (the|these) documents? (say|says|speak of|do speak about)( about [^.,:;!?]{1,80})?[.:]|the documents? (do|does) not speak about [^.:;!?]{1,160}\.|this post rests on [^.,:;!?]{1,60}\.|(here|these) are the (key|main) points[.:]|hier steht, was die dokumente (dazu )?sagen[.:]|die dokumente sprechen nicht über [^.:;!?]{1,160}\.|les documents ne parlent pas de [^.:;!?]{1,160}\.|voici ce que disent les documents\.|los documentos no hablan de [^.:;!?]{1,160}\.|esto es lo que dicen los documentos\.|i documenti non parlano di [^.:;!?]{1,160}\.|ecco che cosa dicono i documenti\.|de documenten gaan niet over [^.:;!?]{1,160}\.|dit is wat de documenten zeggen\.|os documentos não falam de [^.:;!?]{1,160}\.|eis o que dizem os documentos\.|let us (look|turn|begin)[^.,:;!?]{0,60}[.:])$""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Pointer();

    [GeneratedRegex(
        """^((personally|honestly|frankly),? )?((i|we) (personally |strongly |firmly )?(think|believe|feel|hope|wish|prefer|recommend|suspect|doubt|love|like|enjoy)|in (my|our) (view|opinion|experience)|to my mind|ich (finde|glaube|denke|meine|hoffe)|meiner meinung nach|wir (finden|glauben|denken|hoffen)|meines erachtens)\b""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Judgement();
}

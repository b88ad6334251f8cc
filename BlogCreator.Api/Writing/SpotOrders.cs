using System.Text.RegularExpressions;

namespace BlogCreator.Api.Writing;

/// <summary>
/// Sentences in a document that speak to a program or to the one who writes about it, not to its reader. They never
/// become a sentence of a post. What a manual asks of its owner is not among them: it names no instructions, prompt,
/// model, answer, summary or post.
/// </summary>
internal static partial class SpotOrders
{
    public static bool Run(string text) => ToModel().IsMatch(text) || AsModel().IsMatch(text) || AboutOutput().IsMatch(text) || Marker().IsMatch(text);

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant;

    [GeneratedRegex(
        """\b(ignore|disregard|forget|override|bypass|discard|ignoriere?n?|vergiss|missachte|ignorez|oubliez|ignora|olvida|dimentica|negeer|vergeet|ignore) ([^.;:]{0,40} )?(instructions?|prompts?|rules|guidelines|directions|commands|anweisungen?|vorgaben|regeln|consignes|instrucciones|istruzioni|instructies|instruções)\b|\b(new|real|secret|hidden|updated) (system )?(instructions?|prompt)\b|\byour (new )?(instructions|task|role|goal|system prompt|guidelines|training) (is|are|has|have|says?)\b|\b(system|developer|hidden) prompt\b|\bprompt injection\b|\bjailbreak\b""",
        Options, 20_000)]
    private static partial Regex ToModel();

    [GeneratedRegex(
        """\b(as|als|en tant qu['’]|como|come) ?(an?|ein(e|en)?|une?|un)? ?(AI|A\.I\.|KI|IA|language model|large language model|LLM|sprachmodell|chatbot|(AI|virtual) assistant)\b,?|\byou are (now )?(an? )?(AI|assistant|chatbot|language model|LLM|GPT|ChatGPT|Claude|DAN|helpful|unrestricted)\b|\b(dear|attention|note to( the)?|message to( the)?|hey|hello) (AI|LLM|model|assistant|chatbot|writer|summari[sz]er|language model|bots?|ChatGPT|Claude|Copilot|Gemini)\b|\bif you are an? (AI|LLM|language model|assistant|bot)\b|\b(pretend|act as if) (that )?you are\b|\bdu bist (nun |jetzt )?(ein(e)? )?(KI|assistent|sprachmodell)\b""",
        Options, 20_000)]
    private static partial Regex AsModel();

    [GeneratedRegex(
        """(^|[,;:–—] ?|\b(and|please|must|should|shall|now|then|und|bitte) )(write|say|state|output|print|respond|reply|answer|generate|insert|include|repeat|append|begin|start|end|tell|mention|claim|conclude|recommend|schreibe?|antworte|gib|füge|erwähne)\b[^.;]{0,60}\b(in|to|for|of|with|into|im|in der|in den|auf) (your|the|this|each|every|its|deine[nrm]?|der|dem|den|diese[nrm]?) (\w+ )?(answer|response|reply|output|summary|blog ?post|post|article|readers?|users?|antwort|ausgabe|zusammenfassung|beitrag|blog)\b|^(please |now )?(write|say|state|claim|mention|conclude|schreibe?) (only )?(that|dass|the (words?|phrase|sentence|following))\b|\bmark (this|every|each|all) (sentence|claim|statement)s? as\b|\b(the|this) (blog ?post|summary) (must|should|shall|has to) (say|state|claim|mention|include|recommend|contain|begin|end)\b|\bdo not (mention|summari[sz]e|cite|quote)\b[^.]{0,60}\b(document|section|text|sentence|instructions?)\b""",
        Options, 20_000)]
    private static partial Regex AboutOutput();

    [GeneratedRegex("""^\W*(system|assistant|user|developer|instruction|human)\W*:|<\|?(im_start|im_end|system|endoftext)|\[/?INST\]|### ?(instruction|response|system)\b|\b(BEGIN|END) (SYSTEM|PROMPT|INSTRUCTIONS?)\b""", Options, 20_000)]
    private static partial Regex Marker();
}

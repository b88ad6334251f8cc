using System.Globalization;

namespace BlogCreator.Api.Writing;

/// <summary>The few words that we add ourselves, in the language of the documents.</summary>
internal sealed record Labels(string KeyPoints, string Sources, string And, string Page, string Pages)
{
    private static readonly Labels English = new("Key points", "Sources", " and ", "page", "pages")
    {
        Roles =
        [
            ["In short", "The work in brief"], ["Background", "What was known before"], ["How it was done", "The work in detail"],
            ["What was found", "The findings in detail"], ["What it means", "How the findings are seen"], ["Conclusions", "What follows from it"],
        ],
        PlainHeadings = ["In detail", "Further details", "What else is reported"],
        Say = "what {0} documents say",
        Numbers = ["two", "three", "four", "five", "six"],
        Missing = "The documents do not speak about {0}.",
        Instead = "Here is what the documents do speak about.",
        Quotes = ("“", "”"),
    };

    private static readonly Labels German = new("Das Wichtigste", "Quellen", " und ", "Seite", "Seiten")
    {
        Roles =
        [
            ["Kurz gesagt", "Die Arbeit im Überblick"], ["Hintergrund", "Was vorher bekannt war"], ["Wie vorgegangen wurde", "Die Arbeit im Einzelnen"],
            ["Was gefunden wurde", "Die Ergebnisse im Einzelnen"], ["Was es bedeutet", "Wie die Ergebnisse zu sehen sind"], ["Fazit", "Was daraus folgt"],
        ],
        PlainHeadings = ["Im Einzelnen", "Weitere Einzelheiten", "Was sonst berichtet wird"],
        Say = "was {0} Dokumente sagen",
        Numbers = ["zwei", "drei", "vier", "fünf", "sechs"],
        Missing = "Die Dokumente sprechen nicht über {0}.",
        Instead = "Hier steht, was die Dokumente sagen.",
        Quotes = ("„", "“"),
    };

    private static readonly Labels French = new("L’essentiel", "Sources", " et ", "p.", "p.")
    {
        Roles =
        [
            ["En bref", "Le travail en résumé"], ["Contexte", "Ce que l’on savait"], ["La méthode", "Le travail en détail"],
            ["Les résultats", "Les résultats en détail"], ["Ce que cela signifie", "Comment lire ces résultats"], ["Conclusion", "Ce qui en découle"],
        ],
        PlainHeadings = ["En détail", "Plus de détails", "Ce qui est encore rapporté"],
        Say = "ce que disent {0} documents",
        Numbers = ["deux", "trois", "quatre", "cinq", "six"],
        Missing = "Les documents ne parlent pas de {0}.",
        Instead = "Voici ce que disent les documents.",
        Quotes = ("«", "»"),
    };

    private static readonly Labels Spanish = new("Lo esencial", "Fuentes", " y ", "p.", "p.")
    {
        Roles =
        [
            ["En breve", "El trabajo en resumen"], ["Contexto", "Lo que se sabía"], ["Cómo se hizo", "El trabajo en detalle"],
            ["Qué se encontró", "Los resultados en detalle"], ["Qué significa", "Cómo leer los resultados"], ["Conclusiones", "Qué se deduce"],
        ],
        PlainHeadings = ["En detalle", "Más detalles", "Qué más se informa"],
        Say = "lo que dicen {0} documentos",
        Numbers = ["dos", "tres", "cuatro", "cinco", "seis"],
        Missing = "Los documentos no hablan de {0}.",
        Instead = "Esto es lo que dicen los documentos.",
        Quotes = ("«", "»"),
    };

    private static readonly Labels Italian = new("In sintesi", "Fonti", " e ", "p.", "p.")
    {
        Roles =
        [
            ["In breve", "Il lavoro in sintesi"], ["Contesto", "Che cosa si sapeva"], ["Come è stato fatto", "Il lavoro in dettaglio"],
            ["Che cosa è emerso", "I risultati in dettaglio"], ["Che cosa significa", "Come leggere i risultati"], ["Conclusioni", "Che cosa ne segue"],
        ],
        PlainHeadings = ["In dettaglio", "Altri dettagli", "Che cos’altro si riferisce"],
        Say = "che cosa dicono {0} documenti",
        Numbers = ["due", "tre", "quattro", "cinque", "sei"],
        Missing = "I documenti non parlano di {0}.",
        Instead = "Ecco che cosa dicono i documenti.",
        Quotes = ("«", "»"),
    };

    private static readonly Labels Dutch = new("Het belangrijkste", "Bronnen", " en ", "p.", "p.")
    {
        Roles =
        [
            ["In het kort", "Het werk in het kort"], ["Achtergrond", "Wat al bekend was"], ["Hoe het gedaan is", "Het werk in detail"],
            ["Wat er gevonden is", "De bevindingen in detail"], ["Wat het betekent", "Hoe de bevindingen te lezen zijn"], ["Conclusies", "Wat eruit volgt"],
        ],
        PlainHeadings = ["In detail", "Meer details", "Wat verder wordt gemeld"],
        Say = "wat {0} documenten zeggen",
        Numbers = ["twee", "drie", "vier", "vijf", "zes"],
        Missing = "De documenten gaan niet over {0}.",
        Instead = "Dit is wat de documenten zeggen.",
        Quotes = ("“", "”"),
    };

    private static readonly Labels Portuguese = new("O essencial", "Fontes", " e ", "p.", "p.")
    {
        Roles =
        [
            ["Em resumo", "O trabalho em resumo"], ["Contexto", "O que se sabia"], ["Como foi feito", "O trabalho em detalhe"],
            ["O que se encontrou", "Os resultados em detalhe"], ["O que significa", "Como ler os resultados"], ["Conclusões", "O que daí resulta"],
        ],
        PlainHeadings = ["Em detalhe", "Mais detalhes", "O que mais se relata"],
        Say = "o que dizem {0} documentos",
        Numbers = ["dois", "três", "quatro", "cinco", "seis"],
        Missing = "Os documentos não falam de {0}.",
        Instead = "Eis o que dizem os documentos.",
        Quotes = ("“", "”"),
    };

    /// <summary>For a part that nothing names.</summary>
    public required IReadOnlyList<string> PlainHeadings { get; init; }

    public required string Instead { get; init; }

    /// <summary>What opens and closes a quotation.</summary>
    public required (string Open, string Close) Quotes { get; init; }

    private IReadOnlyList<string>[] Roles { get; init; } = [];

    private string Say { get; init; } = "";

    private string[] Numbers { get; init; } = [];

    private string Missing { get; init; } = "";

    public static Labels For(string language) => language switch
    {
        "de" => German,
        "fr" => French,
        "es" => Spanish,
        "it" => Italian,
        "nl" => Dutch,
        "pt" => Portuguese,
        _ => English,
    };

    /// <summary>Headings for a part whose own heading names no more than the part.</summary>
    public IReadOnlyList<string> HeadingsOf(SectionRole role) => role is SectionRole.Other ? [] : Roles[(int)role - 1];

    public string WhatDocumentsSay(int count) =>
        string.Format(CultureInfo.InvariantCulture, Say, count is >= 2 and <= 6 ? Numbers[count - 2] : count);

    /// <summary>Fixed sentences that the check knows as transitions.</summary>
    public string NotCovered(string topic) => Missing.Replace("{0}", topic, StringComparison.Ordinal);
}

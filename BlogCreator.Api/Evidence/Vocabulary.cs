using System.Collections.Frozen;
using System.Globalization;

namespace BlogCreator.Api.Evidence;

/// <summary>The words whose role matters to the check and to the writer. Content words are whatever is not here.</summary>
internal static class Vocabulary
{
    private static readonly FrozenSet<string> FunctionWords = Words(
        """
        a an the and or but nor so yet for of to in on at by with from into onto upon about against between among through during
        within along across toward towards around behind beyond near per via as than that which who whom whose what where when while because
        although though whereas is are was were be been being am do does did doing done have has had having will would shall should can
        i me my mine we us our ours you your yours he him his she her hers it its they them their theirs this these those there here
        such same own other another each either also too very just even still then thus hence therefore however moreover furthermore
        if unless whether how why out off again further once not et al eg ie etc vs
        der die das den dem des ein eine einer eines einem einen und oder aber auch als am an auf aus bei bis da dass durch er es
        für gegen hat haben hatte ich ihr ihre ihrem ihren ihrer im in ist ja kann man mit nach noch nur ob seit sich sie sind so
        über um uns unter vom von vor war waren was wenn werden wer wie wird wir wo wurde wurden zu zum zur zwischen sein seine seiner
        seinem seinen wurde diese dieser dieses diesem diesen jedoch sowie denn doch damit dabei
        le la les un une des du de et ou que qui dans par pour sur avec est sont été être a ont au aux ce cette ces il elle ils elles se sa son ses leur leurs plus
        il gli di che del della dei delle nel nella nei sono anche questo questa dal dalla sul sulla si è
        het een voor op zijn aan ook te bij worden naar uit om dat deze
        os um uma em da dos das não que com pelo pela ao foi são seu sua mas é
        el los las una unos unas y o en por para con es son fue han ha su sus al lo como más este esta estos estas
        """);

    /// <summary>Small words that change what is claimed, so that the check treats them like content.</summary>
    private static readonly FrozenSet<string> TellingWords = Words(
        """
        all some most few many only every both always often rarely sometimes never before after more less least above below
        up down over under until since without fewer several majority minority half twice nearly almost entirely partly exactly
        alle einige wenige viele nur immer oft selten mehr weniger vor nach ohne
        """);

    private static readonly FrozenSet<string> Negations = Words(
        """
        not no never none neither nor without cannot nobody nothing nowhere nicht kein keine keiner keinen keinem keines nie niemals weder ohne
        pas jamais aucun aucune nunca ningún ninguna
        """);

    private static readonly FrozenSet<string> Hedges = Words(
        """
        may might could perhaps possibly probably presumably likely unlikely suggest suggests suggested suggesting appear appears appeared
        seem seems seemed propose proposes proposed hypothesize hypothesized hypothesise hypothesised potentially apparently believe believes believed
        allegedly reportedly assume assumes assumed speculate speculated claims claimed unclear könnte könnten möglicherweise vielleicht vermutlich wahrscheinlich offenbar
        """);

    private static readonly FrozenSet<string> Modals =
        Words("may might could perhaps possibly probably presumably likely potentially apparently könnte könnten möglicherweise vielleicht vermutlich wahrscheinlich")
            .Select(word => Stem.Of(word)).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Words of reporting: a sentence may use them freely about its source.</summary>
    private static readonly FrozenSet<string> ReportingWords = Words(
        """
        author authors report reports reported reporting study studies paper document documents source sources article articles researcher researchers
        according say says said write writes wrote written state states stated note notes noted describe describes described explain explains explained
        find finds found show shows shown showed passage text here team
        autoren studie bericht dokument quelle laut sagt schreibt
        """);

    private static readonly FrozenDictionary<string, string> Same = Classes(
        """
        show demonstrate reveal illustrate
        use used using utilise utilize employ
        large big
        begin start
        help aid
        need require
        get obtain
        enough sufficient
        method approach
        important significant crucial
        observe see saw seen notice
        locate situate
        entire whole
        various diverse
        buy purchase bought
        build construct built
        repair mend
        choose select chose chosen
        happen occur
        portion part
        illness disease
        doctor physician
        attempt try
        nearby adjacent
        usually normally typically
        about approximately roughly around circa
        although though
        whereas while
        rise rose risen increase grow grew grown climb
        fall fell fallen decrease decline drop
        fast quick rapid
        people person
        percent pct prozent
        """);

    private static readonly FrozenDictionary<string, FrozenSet<string>> Opposites = Pairs(
        """
        increase decrease|increase reduce|increase fall|increase decline|increase drop|rise fall|rise drop|rise decline|grow shrink|gain lose|gain loss
        high low|higher lower|highest lowest|large small|larger smaller|largest smallest|big small|more less|more fewer|most least|many few|all none|all some
        always never|before after|above below|over under|up down|first last|early late|earlier later|fast slow|faster slower|better worse|best worst
        win lose|win lost|won lost|success failure|succeed fail|allow forbid|allow prohibit|permit forbid|accept reject|approve reject|support oppose
        active inactive|activate repress|activate inhibit|activation repression|promote inhibit|promote prevent|stimulate inhibit|enable disable|include exclude
        present absent|positive negative|hot cold|warm cold|wet dry|open close|safe dangerous|legal illegal|true false|buy sell|north south|east west
        left right|male female|men women|man woman|day night|old young|older younger|strong weak|stronger weaker|rich poor|cheap expensive|possible impossible
        improve worsen|strengthen weaken|expand contract|import export|inside outside|internal external|maximum minimum|upper lower|start stop|start end|begin end
        guilty innocent|alive dead|same different|similar different|easy difficult|easy hard|cause prevent|add remove|long short|longer shorter|heavy light
        encourage discourage|agree disagree|confirm refute|confirm deny|profit loss|surplus deficit|majority minority|public private|anterior posterior|dorsal ventral
        """);

    private static readonly FrozenSet<string> Openers = Words(
        """
        the a an in it this these that those we they he she i you however but and although though while when if as at by for from after before during
        here there both such some many most all one two our their his her its to with moreover furthermore thus therefore hence since because on
        der die das ein eine in im es dies diese wir sie er und aber jedoch bei nach vor für mit als wenn auch
        le la les un une il elle el los las
        """);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> OpenersLookup =
        Openers.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenDictionary<string, int> SpelledNumbers = Table(
        """
        zero=0 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 twenty=20 thirty=30 forty=40 fifty=50
        zwei=2 drei=3 vier=4 fünf=5 sechs=6 sieben=7 acht=8 neun=9 zehn=10 elf=11 zwölf=12
        """,
        value => int.Parse(value, CultureInfo.InvariantCulture));

    private static readonly FrozenDictionary<string, decimal> Scales = Table(
        """
        hundred=100 thousand=1000 million=1000000 millions=1000000 billion=1000000000 trillion=1000000000000 tausend=1000 millionen=1000000
        milliarde=1000000000 milliarden=1000000000 mio=1000000 mrd=1000000000 bn=1000000000
        """,
        value => decimal.Parse(value, CultureInfo.InvariantCulture));

    private static readonly FrozenDictionary<string, int> Months = Table(
        """
        january=1 jan=1 februar=2 february=2 feb=2 march=3 mar=3 april=4 apr=4 may=5 june=6 jun=6 july=7 jul=7 august=8 aug=8 september=9
        sep=9 sept=9 october=10 oct=10 november=11 nov=11 december=12 dec=12 januar=1 märz=3 mai=5 juni=6 juli=7 oktober=10 dezember=12
        """,
        value => int.Parse(value, CultureInfo.InvariantCulture));

    private static readonly FrozenDictionary<string, string> Units = Table(
        """
        %=% percent=% pct=% prozent=% km=km kilometres=km kilometers=km kilometre=km kilometer=km m=m metres=m meters=m metre=m meter=m
        cm=cm mm=mm nm=nm µm=µm kg=kg kilograms=kg kilogram=kg g=g grams=g gram=g mg=mg tonnes=t tonne=t tons=t seconds=s second=s
        minutes=min minute=min min=min hours=h hour=h h=h hr=h hrs=h s=s sec=s secs=s d=d mins=min ml=ml µl=µl ul=µl µg=µg ng=ng pg=pg hz=hz khz=khz mhz=mhz ghz=ghz
        w=w v=v kv=kv kj=kj j=j kcal=kcal pa=pa kpa=kpa bar=bar bars=bar ppm=ppm ha=ha hectares=ha hectare=ha hektar=ha acres=ac acre=ac l=l ft=ft lb=lb lbs=lb oz=oz inches=in inch=in tb=tb db=db decibels=db
        days=d day=d weeks=wk week=wk months=mo month=mo years=y year=y jahre=y jahren=y
        tage=d stunden=h kwh=kwh mwh=mwh gwh=gwh kw=kw mw=mw gw=gw litres=l liters=l litre=l liter=l miles=mi mile=mi feet=ft kb=kb bp=bp
        mb=mb gb=gb degrees=° °=° euro=€ euros=€ €=€ dollars=$ dollar=$ $=$ pounds=£ £=£ points=pt times=× fold=×
        """,
        value => value);

    public static bool IsFunction(string word) => FunctionWords.Contains(word);

    public static bool IsTelling(string word) => TellingWords.Contains(word);

    public static bool IsNegation(string word) => Negations.Contains(word);

    public static bool IsHedge(string word) => Hedges.Contains(word);

    /// <summary>A hedge on what follows it at once: "may cause", "probably rose".</summary>
    public static bool IsModal(string key) => Modals.Contains(key);

    public static bool IsReporting(string word) => ReportingWords.Contains(word);

    public static int? Spelled(string word) => SpelledNumbers.TryGetValue(word, out var value) ? value : null;

    public static decimal? Scale(string word) => Scales.TryGetValue(word, out var value) ? value : null;

    public static int? Month(string word) => Months.TryGetValue(word, out var value) ? value : null;

    public static string? Unit(string word) => Units.GetValueOrDefault(word);

    public static bool OpensSentence(ReadOnlySpan<char> word)
    {
        Span<char> lower = stackalloc char[16];
        return word.Length is > 0 and <= 16
            && char.IsUpper(word[0])
            && OpenersLookup.Contains(lower[..word.ToLowerInvariant(lower)]);
    }

    /// <summary>One key for words that say the same; the key itself otherwise.</summary>
    public static string Canonical(string stem) => Same.GetValueOrDefault(stem, stem);

    /// <summary>The opposites of a key, as keys.</summary>
    public static IEnumerable<string> OppositesOf(string key) => Opposites.TryGetValue(key, out var found) ? found : [];

    public static bool AreOpposite(string key, string other) =>
        (Opposites.TryGetValue(key, out var found) && found.Contains(other)) || DiffersByNegativePrefix(key, other) || DiffersByNegativePrefix(other, key);

    private static bool DiffersByNegativePrefix(string longer, string shorter) =>
        shorter.Length >= 4
        && longer.EndsWith(shorter, StringComparison.Ordinal)
        && longer[..^shorter.Length] is "un" or "in" or "im" or "il" or "ir" or "non" or "dis" or "de" or "anti";

    private static FrozenSet<string> Words(string list) =>
        list.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(word => Stem.Fold(word)).ToFrozenSet(StringComparer.Ordinal);

    private static FrozenDictionary<string, T> Table<T>(string list, Func<string, T> parse) =>
        list.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => entry.Split('='))
            .ToFrozenDictionary(entry => Stem.Fold(entry[0]), entry => parse(entry[1]), StringComparer.Ordinal);

    private static FrozenDictionary<string, string> Classes(string list)
    {
        var classes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in list.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var stems = line.Split(' ').Select(Stem.Of).ToArray();
            foreach (var stem in stems)
            {
                classes.TryAdd(stem, stems[0]);
            }
        }

        return classes.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static FrozenDictionary<string, FrozenSet<string>> Pairs(string list)
    {
        var pairs = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var pair in list.Split(['|', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = pair.Split(' ').Select(word => Canonical(Stem.Of(word))).ToArray();
            Add(words[0], words[1]);
            Add(words[1], words[0]);
        }

        return pairs.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);

        void Add(string key, string other)
        {
            if (!pairs.TryGetValue(key, out var found))
            {
                pairs[key] = found = new HashSet<string>(StringComparer.Ordinal);
            }

            found.Add(other);
        }
    }
}

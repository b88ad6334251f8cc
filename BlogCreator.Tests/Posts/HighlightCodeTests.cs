using AngleSharp.Html.Parser;
using BlogCreator.Api.Posts;

namespace BlogCreator.Tests.Posts;

public sealed class HighlightCodeTests
{
    [Fact]
    public void Code_in_a_known_language_gets_class_names_and_keeps_every_character()
    {
        const string Code = "public sealed class A { /* <b> & \"x\" */ string s = \"</code><script>\"; }";
        var page = new HtmlParser().ParseDocument(RenderPost.ToHtml($"```cs\n{Code}\n```", [], "post"));
        var code = Assert.Single(page.QuerySelectorAll("pre > code"));
        Assert.Equal(Code, code.TextContent);
        Assert.Contains(code.QuerySelectorAll(".hl-keyword"), word => word.TextContent == "public");
        Assert.Contains("<script>", Assert.Single(code.QuerySelectorAll(".hl-string")).TextContent, StringComparison.Ordinal);
        Assert.All(page.Body!.QuerySelectorAll("*"), element => Assert.Contains(element.LocalName, (string[])["pre", "code", "span"]));
    }

    [Theory]
    [InlineData("no-such-language")]
    [InlineData("\"><script>")]
    [InlineData("")]
    public void Code_in_no_known_language_stays_plain(string language)
    {
        var page = new HtmlParser().ParseDocument(RenderPost.ToHtml($"```{language}\nlet x = 1\n```", [], "post"));
        Assert.Equal("let x = 1", Assert.Single(page.QuerySelectorAll("pre > code")).TextContent.Trim());
        Assert.Empty(page.QuerySelectorAll("span, script"));
    }

    /// <summary>Each would keep a careless expression busy for minutes; the runner would end the test.</summary>
    [Theory]
    [InlineData("cs", "/*")]
    [InlineData("xml", "<a b=\"")]
    [InlineData("html", "<script ")]
    [InlineData("sql", "'")]
    [InlineData("php", "<?php \"$a")]
    [InlineData("css", "a{b:c")]
    [InlineData("markdown", "*a_")]
    public void Code_made_to_be_slow_is_given_up_soon_and_shown_plain_or_coloured_but_whole(string language, string piece)
    {
        var code = string.Concat(Enumerable.Repeat(piece, 18_000 / piece.Length));
        var page = new HtmlParser().ParseDocument(RenderPost.ToHtml($"```{language}\n{code}\n```", [], "post"));
        Assert.Equal(code, page.QuerySelector("pre > code")!.TextContent.TrimEnd('\n'));
    }
}

using BlogCreator.ServiceDefaults.Errors;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class CleanTextTests
{
    [Theory]
    [InlineData("Nullable object must have a value.", "Nullable object must have a value.")]
    [InlineData("The input string 'my secret' was not in a correct format.", "The input string '…' was not in a correct format.")]
    [InlineData("No service for type 'BlogCreator.Api.Posts.Post' has been registered.", "No service for type 'BlogCreator.Api.Posts.Post' has been registered.")]
    [InlineData("Unexpected token 'h', \"hello secre\"... is not valid JSON", "Unexpected token '…', \"…\"... is not valid JSON")]
    [InlineData("Can't find it, it isn't there", "Can't find it, it isn't there")]
    [InlineData("Could not reach https://ada:pw@host.example/a?b=c now", "Could not reach https://… now")]
    [InlineData("ada.lovelace+x@example.org is known", "… is known")]
    [InlineData("Could not find file /data/files/ab/cd/report", "Could not find file …")]
    [InlineData(@"Could not find C:\Users\ada\thesis.docx here", "Could not find … here")]
    [InlineData("merger.pdf is damaged", "… is damaged")]
    [InlineData("Authorization: Bearer abc.def failed", "Authorization: … failed")]
    [InlineData("password=hunter2; host=x", "password=…; host=x")]
    [InlineData("key bc_live_7f3a9c21d4e8b6a0 was refused", "key … was refused")]
    [InlineData("The given key was not present in the dictionary.", "The given key was not present in the dictionary.")]
    [InlineData("from 203.0.113.9 and 2001:db8:0:1:2:3:4:5", "from … and …")]
    [InlineData("said “as the report says, without an end", "said “…")]
    public void A_sentence_about_an_error_keeps_its_words_and_loses_what_it_was_given(string said, string kept) =>
        Assert.Equal(kept, CleanText.Of(said));

    [Fact]
    public void It_takes_no_time_on_anything()
    {
        foreach (var piece in new[] { "'", "\"", "/a", "a@", "key=", ":", "a.", "“x", "0a" })
        {
            Assert.True(CleanText.Of(string.Concat(Enumerable.Repeat(piece, 20_000))).Length <= 301);
        }
    }

    [Theory]
    [InlineData("/src/BlogCreator.Api/Posts/ListPosts.cs", "BlogCreator.Api/Posts/ListPosts.cs")]
    [InlineData(@"C:\Users\ada\BlogCreator.Web\Program.cs", "BlogCreator.Web/Program.cs")]
    [InlineData("/home/ada/other/Library.cs", "Library.cs")]
    [InlineData(null, null)]
    public void The_path_of_a_source_begins_with_our_project(string? path, string? kept) => Assert.Equal(kept, CleanText.SourcePath(path));
}

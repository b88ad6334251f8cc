namespace BlogCreator.Tests;

public sealed class SolutionTests
{
    [Fact]
    public void The_contract_speaks_kebab_case()
    {
        var json = System.Text.Json.JsonSerializer.Serialize(Contracts.Verdict.NotFound, Contracts.BlogApi.Json);
        Assert.Equal("\"not-found\"", json);
    }
}

using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class ProblemsTests
{
    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task A_surprise_answers_a_problem_with_a_trace_id_and_nothing_of_our_insides(string environment)
    {
        await using var service = await Start(environment);
        using var answer = await service.Http.GetAsync("/broken", TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("insides", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(500, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task An_address_that_nobody_serves_answers_a_problem_that_says_so()
    {
        await using var service = await Start("Development");
        using var answer = await service.Http.GetAsync("/nowhere", TestContext.Current.CancellationToken);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(404, problem.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.RootElement.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task A_request_that_the_server_cannot_read_is_the_callers_mistake_not_ours()
    {
        await using var service = await Start("Development");
        using var answer = await service.Http.GetAsync("/refused", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    private static Task<RunningService> Start(string environment) => RunningService.Start(environment, map: app =>
    {
        app.MapGet("/broken", string () => throw new InvalidOperationException("insides"));
        app.MapGet("/refused", string () => throw new BadHttpRequestException("too large", StatusCodes.Status413PayloadTooLarge));
    });
}

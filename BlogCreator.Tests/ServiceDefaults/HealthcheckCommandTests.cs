using BlogCreator.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class HealthcheckCommandTests
{
    [Fact]
    public async Task Other_arguments_are_left_to_the_service() => Assert.Null(await HealthcheckCommand.Run(["migrate"]));

    [Fact]
    public async Task A_living_service_exits_with_zero_whatever_its_dependencies_do()
    {
        await using var service = await RunningService.Start(build: builder => builder.Services.AddHealthChecks()
            .AddCheck("database", () => HealthCheckResult.Unhealthy()));
        Assert.Equal(0, await HealthcheckCommand.Run(["healthcheck", $"--urls={service.App.Urls.First()}"]));
    }

    [Fact]
    public async Task A_service_that_does_not_answer_exits_with_one() =>
        Assert.Equal(1, await HealthcheckCommand.Run(["healthcheck", $"--urls=http://127.0.0.1:{RunningService.FreePort()}"]));

    [Fact]
    public async Task Ready_asks_for_readiness_instead_of_life()
    {
        await using var ready = await RunningService.Start();
        Assert.Equal(0, await HealthcheckCommand.Run(["healthcheck", "ready", $"--urls={ready.App.Urls.First()}"]));

        await using var waiting = await RunningService.Start(build: builder => builder.Services.AddHealthChecks()
            .AddCheck("database", () => HealthCheckResult.Unhealthy(), ["ready"]));
        Assert.Equal(1, await HealthcheckCommand.Run(["healthcheck", "ready", $"--urls={waiting.App.Urls.First()}"]));
        Assert.Equal(0, await HealthcheckCommand.Run(["healthcheck", "live", $"--urls={waiting.App.Urls.First()}"]));
    }

    [Fact]
    public async Task A_slip_of_the_pen_is_no_good_answer()
    {
        await using var service = await RunningService.Start();
        Assert.Equal(1, await HealthcheckCommand.Run(["healthcheck", "raedy", $"--urls={service.App.Urls.First()}"]));
    }
}

using BlogCreator.Api.Operations;

namespace BlogCreator.Api.Writing;

/// <summary>Briefs, and the generations that turn them into posts.</summary>
public static class WritingFeature
{
    public static IHostApplicationBuilder AddWriting(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IPostWriter, ExtractiveWriter>();
        builder.Services.AddSingleton<GenerationSignal>();
        builder.Services.AddJob<GeneratePost>();
        builder.Services.AddScoped<IReportOnItself, ReportOnWriting>();
        return builder;
    }

    public static void MapWriting(this IEndpointRouteBuilder api)
    {
        api.MapPost("/samples", AddSamples.Handle).WithName(nameof(AddSamples)).WithTags("Generations").RequireAuthorization();
        var own = api.MapGroup("/generations").WithTags("Generations").RequireAuthorization();
        own.MapGet("", ListGenerations.Handle).WithName(nameof(ListGenerations));
        own.MapPost("", StartGeneration.Handle).WithName(nameof(StartGeneration));
        own.MapGet("/{id:guid}", GetGeneration.Handle).WithName(nameof(GetGeneration));
        own.MapGet("/{id:guid}/events", WatchGeneration.Sse).WithName(nameof(WatchGeneration));
        own.MapPost("/{id:guid}/cancel", CancelGeneration.Handle).WithName(nameof(CancelGeneration));
    }

    public static void MapWritingSockets(this IEndpointRouteBuilder root) =>
        root.MapGet("/ws/generations/{id:guid}", WatchGeneration.WebSocket).RequireAuthorization().ExcludeFromDescription();
}

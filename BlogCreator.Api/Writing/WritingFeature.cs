using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform.RateLimits;
using BlogCreator.Api.Writing.Models;
using BlogCreator.ServiceDefaults;

namespace BlogCreator.Api.Writing;

/// <summary>Briefs, and the generations that turn them into posts.</summary>
public static class WritingFeature
{
    public static IHostApplicationBuilder AddWriting(this IHostApplicationBuilder builder)
    {
        builder.Services.AddLanguageModel();
        builder.Services.AddSingleton<ExtractiveWriter>().AddSingleton<ChooseWriter>();
        builder.Services.AddSingleton<GenerationSignal>().AddSingleton<LiveText>();
        builder.Services.AddScoped<StopWhenAsked>();
        builder.Services.AddJob<GeneratePost>();
        builder.Services.CountFromZero(GeneratePost.Ended, "status", "completed", "failed", "cancelled");
        builder.Services.AddJob<RewriteSection>();
        builder.Services.AddReport<ReportOnWriting>().AddReport<ReportOnModel>();
        builder.Services.AddFailures<ListFailedGenerations>(GeneratePost.Kind, RewriteSection.Kind);
        builder.Services.AddScoped<ICountUsage, CountGenerations>();
        return builder;
    }

    public static void MapWriting(this IEndpointRouteBuilder api)
    {
        api.MapPost("/samples", AddSamples.Handle).WithName(nameof(AddSamples)).WithTags("Generations").RequireAuthorization();
        var own = api.MapGroup("/generations").WithTags("Generations").RequireAuthorization();
        own.MapGet("", ListGenerations.Handle).WithName(nameof(ListGenerations));
        own.MapPost("", StartGeneration.Handle).WithName(nameof(StartGeneration)).LimitedBy(RateLimit.Generate);
        own.MapGet("/{id:guid}", GetGeneration.Handle).WithName(nameof(GetGeneration));
        own.MapGet("/{id:guid}/events", WatchGeneration.Sse).WithName(nameof(WatchGeneration));
        own.MapPost("/{id:guid}/cancel", CancelGeneration.Handle).WithName(nameof(CancelGeneration));
        own.MapPost("/{id:guid}/resume", ResumeGeneration.Handle).WithName(nameof(ResumeGeneration));
        own.MapPut("/{id:guid}/outline", EditOutline.Handle).WithName(nameof(EditOutline));
        api.MapPost("/posts/{id:guid}/rewrites", StartRewrite.Handle).WithName(nameof(StartRewrite)).LimitedBy(RateLimit.Rewrite).WithTags("Generations").RequireAuthorization();
        api.MapGet("/writer", GetWriter.Handle).WithName(nameof(GetWriter)).WithTags("Generations").RequireAuthorization();
    }

    public static void MapWritingSockets(this IEndpointRouteBuilder root) =>
        root.MapGet("/ws/generations/{id:guid}", WatchGeneration.WebSocket).RequireAuthorization().LimitedBy(null).ExcludeFromDescription();
}

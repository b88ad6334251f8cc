using BlogCreator.Api.Operations;
using BlogCreator.ServiceDefaults;

namespace BlogCreator.Api.Posts;

/// <summary>Posts, their versions and their publication.</summary>
public static class PostsFeature
{
    public static IHostApplicationBuilder AddPosts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<PostsOptions>().BindConfiguration("Posts").ValidateDataAnnotations().ValidateOnStart();
        builder.WarmUpWith(WarmUpPosts.Visits);
        builder.Services.CountFromZero(CountVerdicts.Counter, "verdict", CountVerdicts.Names);
        builder.Services.AddJob<PublishScheduledPost>();
        builder.Services.AddJob<RemoveDeletedPost>();
        builder.Services.AddScoped<ICountUsage, CountPublished>();
        builder.Services.AddSingleton<RelatedPosts>();
        builder.Services.AddSingleton(typeof(WhilePublished<>));
        return builder;
    }

    public static void MapPosts(this IEndpointRouteBuilder api)
    {
        var own = api.MapGroup("/posts").WithTags("Posts").RequireAuthorization();
        own.MapGet("", ListPosts.Handle).WithName(nameof(ListPosts));
        own.MapPost("", CreatePost.Handle).WithName(nameof(CreatePost));
        own.MapGet("/counts", CountPosts.Handle).WithName(nameof(CountPosts));
        own.MapGet("/{id:guid}", GetPost.Handle).WithName(nameof(GetPost));
        own.MapPut("/{id:guid}", EditPost.Handle).WithName(nameof(EditPost));
        own.MapDelete("/{id:guid}", DeletePost.Handle).WithName(nameof(DeletePost));
        own.MapPost("/{id:guid}/restore", RestorePost.Handle).WithName(nameof(RestorePost));
        own.MapGet("/{id:guid}/versions", ListVersions.Handle).WithName(nameof(ListVersions));
        own.MapGet("/{id:guid}/versions/{number:int}", GetVersion.Handle).WithName(nameof(GetVersion));
        own.MapPost("/{id:guid}/versions/{number:int}/restore", RestoreVersion.Handle).WithName(nameof(RestoreVersion));
        own.MapGet("/{id:guid}/export", ExportPost.Handle).WithName(nameof(ExportPost));
        own.MapPut("/{id:guid}/publication", PublishPost.Handle).WithName(nameof(PublishPost));
        own.MapDelete("/{id:guid}/publication", UnpublishPost.Handle).WithName(nameof(UnpublishPost));
        own.MapDelete("/{id:guid}/schedule", CancelSchedule.Handle).WithName(nameof(CancelSchedule));
        own.MapPut("/{id:guid}/archive", ArchivePost.Handle).WithName(nameof(ArchivePost));
        own.MapPost("/{id:guid}/check", RecheckPost.Handle).WithName(nameof(RecheckPost));
        own.MapPost("/{id:guid}/preview", PreviewPost.Handle).WithName(nameof(PreviewPost));
        own.MapGet("/{id:guid}/evidence", GetEvidence.Handle).WithName(nameof(GetEvidence));

        var open = api.MapGroup("/public/posts").WithTags("Public");
        open.MapGet("", ListPublicPosts.Handle).WithName(nameof(ListPublicPosts));
        open.MapGet("/{slug}", GetPublicPost.Handle).WithName(nameof(GetPublicPost));
        open.MapGet("/{slug}/evidence", GetPublicEvidence.Handle).WithName(nameof(GetPublicEvidence));

        var around = api.MapGroup("/public").WithTags("Public");
        around.MapGet("/tags", ListTags.Handle).WithName(nameof(ListTags));
        around.MapGet("/authors/{handle}", GetAuthor.Handle).WithName(nameof(GetAuthor));
        around.MapGet("/archive", GetArchive.Handle).WithName(nameof(GetArchive));
        around.MapGet("/addresses", ListPostAddresses.Handle).WithName(nameof(ListPostAddresses));
        around.MapGet("/withdrawn/{slug}", GetWithdrawnPost.Handle).WithName(nameof(GetWithdrawnPost));
    }
}

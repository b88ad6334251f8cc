using BlogCreator.Api.Accounts;
using BlogCreator.Api.Documents.Files;
using BlogCreator.Api.Documents.Readers;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform.RateLimits;
using BlogCreator.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents;

/// <summary>Documents: uploaded, read in a process of their own, split into passages that can be cited.</summary>
public static class DocumentsFeature
{
    public static IHostApplicationBuilder AddDocuments(this IHostApplicationBuilder builder)
    {
        var services = builder.AddFiles().Services;
        services.AddOptions<ReadingOptions>().BindConfiguration("Reading").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<DocumentOptions>().BindConfiguration("Documents").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SiteOptions>().Configure<IOptions<UploadOptions>>((site, uploads) => site.MaxUploadBytes = uploads.Value.MaxBytes);
        services.AddOptions<BackupOptions>().Configure<IOptions<StorageOptions>>((backup, storage) => backup.FilesAreElsewhere = storage.Value.IsBucket);
        services.AddSingleton<ReadInChild>();
        services.AddScoped<UploadDocument>();
        services.CountFromZero(UploadDocument.Uploads, "file_type", UploadedName.Types.Values.Distinct());
        services.AddScoped<QueueReading>();
        services.AddJob<ReadDocument>();
        services.AddJob<PurgeDocument>();
        services.AddReport<ReportOnDocuments>();
        services.AddFailures<ListFailedDocuments>(ReadDocument.Kind);
        services.AddScoped<ICountUsage, CountDocuments>();
        return builder;
    }

    public static void MapDocuments(this IEndpointRouteBuilder api)
    {
        var own = api.MapGroup("/documents").WithTags("Documents").RequireAuthorization();
        own.MapPost("/upload", UploadDocument.Handle).WithName(nameof(UploadDocument)).LimitedBy(RateLimit.Upload);
        own.MapGet("", ListDocuments.Handle).WithName(nameof(ListDocuments));
        own.MapGet("/{id:guid}", GetDocument.Handle).WithName(nameof(GetDocument));
        own.MapDelete("/{id:guid}", DeleteDocument.Handle).WithName(nameof(DeleteDocument));
        own.MapPost("/{id:guid}/restore", RestoreDocument.Handle).WithName(nameof(RestoreDocument));
        own.MapPost("/{id:guid}/cancel", CancelReading.Handle).WithName(nameof(CancelReading));
        own.MapPost("/{id:guid}/retry", RetryReading.Handle).WithName(nameof(RetryReading));
        own.MapGet("/{id:guid}/passages", ListPassages.Handle).WithName(nameof(ListPassages));
        own.MapGet("/{id:guid}/original", GetOriginal.Handle).WithName(nameof(GetOriginal));
    }
}

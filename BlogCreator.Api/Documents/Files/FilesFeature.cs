using BlogCreator.Api.Operations;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents.Files;

/// <summary>The store of the uploaded files: a folder or a bucket.</summary>
internal static class FilesFeature
{
    /// <summary>The store itself, for the service and for the commands.</summary>
    public static IHostApplicationBuilder AddFileStore(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<UploadOptions>().BindConfiguration("Uploads").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<StorageOptions>().BindConfiguration("Storage").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, CheckStorageOptions>();
        services.AddSingleton<WorkFolder>();
        services.AddSingleton<S3FileStore>().AddSingleton<DirectoryFileStore>();
        services.AddSingleton<IFileStore>(provider => provider.GetRequiredService<IOptions<StorageOptions>>().Value.IsBucket
            ? provider.GetRequiredService<S3FileStore>()
            : provider.GetRequiredService<DirectoryFileStore>());
        services.AddScoped<CheckFile>();
        services.AddScoped<TidyFiles>();
        return builder;
    }

    /// <summary>What the running service does with it.</summary>
    public static IHostApplicationBuilder AddFiles(this IHostApplicationBuilder builder)
    {
        var services = builder.AddFileStore().Services;
        services.AddHostedService(provider => provider.GetRequiredService<WorkFolder>());
        services.AddSingleton<FileUpkeep>();
        services.AddHostedService(provider => provider.GetRequiredService<FileUpkeep>());
        services.AddScoped<KeepFile>();
        services.AddJob<RemoveFile>();
        services.AddReport<ReportOnFiles>();
        services.AddExceptionHandler<ExplainFileStore>();
        return builder;
    }
}

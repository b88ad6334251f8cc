using BlogCreator.Api.Data;
using BlogCreator.ServiceDefaults;

namespace BlogCreator.Api.Documents.Files;

/// <summary>What the commands about files share: the database and the store, without a web server and its parts.</summary>
internal static class FilesCommand
{
    public static HostApplicationBuilder Builder(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args[1..], EnvironmentName = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") });
        builder.AddCommandDefaults();
        builder.AddData();
        builder.AddFileStore();
        return builder;
    }
}

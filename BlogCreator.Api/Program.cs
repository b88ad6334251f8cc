using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Documents.Files;
using BlogCreator.Api.Documents.Readers;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Api.Platform.RateLimits;
using BlogCreator.Api.Posts;
using BlogCreator.Api.Posts.Seeding;
using BlogCreator.Api.Search;
using BlogCreator.Api.Writing;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;

if (args is ["read", ..])
{
    return ReaderProcess.Run(args);
}

if (await HealthcheckCommand.Run(args) is { } exitCode)
{
    return exitCode;
}

if ((await VerifyFilesCommand.Run(args, Console.Out, CancellationToken.None) ?? await CopyFilesCommand.Run(args, Console.Out, CancellationToken.None)) is { } filesExitCode)
{
    return filesExitCode;
}

if (args is ["migrate", ..])
{
    // Without a web server and its parts: every start of the app waits for this.
    var command = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, EnvironmentName = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") });
    command.AddCommandDefaults();
    if (command.Environment.IsDevelopment() && (await SchemaVersion.Missing(BlogDbConnection.From(command.Configuration), CancellationToken.None)).Count == 0)
    {
        // The second start and every one after it: nothing to do, and in development no token to make.
        return 0;
    }

    command.AddData();
    command.Services.AddOptions<SetupOptions>().BindConfiguration("Setup");
    command.Services.AddScoped<Migrate>().AddScoped<PrepareSite>();
    using var host = command.Build();
    using var scope = host.Services.CreateScope();
    var prepare = scope.ServiceProvider.GetRequiredService<PrepareSite>();
    return await scope.ServiceProvider.GetRequiredService<Migrate>().Run(() => prepare.Run(Console.Out, CancellationToken.None), CancellationToken.None) ? 0 : 1;
}

if (args is ["seed", ..])
{
    var command = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") });
    command.AddCommandDefaults();
    command.AddData();
    using var host = command.Build();
    return await SeedPosts.Command(args, host.Services, Console.Out, CancellationToken.None);
}

if (args is ["reindex", ..])
{
    return await Reindex.Run(args, Console.Out);
}

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRedisClient("redis");
builder.AddRollCall("api");
builder.Services.AddValidation();
builder.AddApiDescription();
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.RespectNullableAnnotations = BlogApi.Json.RespectNullableAnnotations);

builder.AddRateLimits();
builder.AddData();
builder.AddOperations();
builder.AddAccounts();
builder.AddDocuments();
builder.AddSearch();
builder.AddPosts();
builder.AddWriting();

var app = builder.Build();
app.UseServiceDefaults();
app.UseWebSockets();
app.UseSameOrigin();
app.UseAuthentication();
app.UseActiveUsers();
app.UseNeverStored();
app.UseRateLimiter();
app.UseAuthorization();
app.MapDefaultEndpoints();
app.MapApiDescription();

var api = app.MapGroup("/api/v1").LimitedBy(null).AddEndpointFilter(RepeatRequest.Filter);
api.MapOperations();
api.MapAccounts();
api.MapDocuments();
api.MapSearch();
api.MapPosts();
api.MapWriting();
app.MapWritingSockets();
await app.RunAsync();
return 0;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BlogCreator.Benchmarks.Blog;

/// <summary>As little as ASP.NET Core can be: one route, the bytes of a file from the output cache, nothing else.</summary>
internal static class BarePage
{
    public static async Task Run(string file, string address)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddOutputCache();
        await using var app = builder.Build();
        app.UseOutputCache();
        app.MapGet("/", (HttpResponse response) =>
        {
            response.Headers.ContentEncoding = "br";
            return TypedResults.Bytes(bytes, "text/html; charset=utf-8");
        }).CacheOutput();
        app.Urls.Add(address);
        await app.StartAsync();
        // Ends with the program that started it.
        await Console.In.ReadToEndAsync();
    }
}

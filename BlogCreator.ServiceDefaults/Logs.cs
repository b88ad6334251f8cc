using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace BlogCreator.ServiceDefaults;

/// <summary>Lines for a person in development, for a machine elsewhere, and where the Local engine reads them.</summary>
internal static class Logs
{
    public static void AddLogs(this IHostApplicationBuilder builder)
    {
        // The framework's line for each request holds its query, so what people search for. First of the sources, so that
        // any setting overrides it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData =
            [
                new("Logging:LogLevel:Default", "Information"),
                new("Logging:LogLevel:Microsoft.AspNetCore", "Warning"),
                new("Logging:LogLevel:Microsoft.EntityFrameworkCore", "Warning"),
                new("Logging:LogLevel:Npgsql", "Warning"),
                new("Logging:LogLevel:System.Net.Http.HttpClient", "Warning"),
                new("Logging:LogLevel:Polly", "Warning"),
                new("Logging:LogLevel:Yarp", "Warning"),
                new("Logging:Console:FormatterName", builder.Environment.IsDevelopment() ? ConsoleFormatterNames.Simple : EcsConsoleFormatter.FormatterName),
            ],
        });
        builder.Services.AddSingleton(ServiceIdentity.Of(builder));
        builder.Logging.AddConsole();
        builder.Logging.AddConsoleFormatter<EcsConsoleFormatter, ConsoleFormatterOptions>();
        if (builder.Environment.IsDevelopment())
        {
            // That keys lie unencrypted in the data folder is news to an operator, not to a person at their first start.
            builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
            builder.Services.Configure<SimpleConsoleFormatterOptions>(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss ";
            });
            return;
        }

        builder.Services.Configure<ConsoleLoggerOptions>(console =>
        {
            console.FormatterName = EcsConsoleFormatter.FormatterName;
            // Whoever reads our output may be slow or gone; losing lines (and saying how many) is better than waiting for it.
            console.MaxQueueLength = 10_000;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
    }
}

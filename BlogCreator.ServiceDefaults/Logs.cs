using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace BlogCreator.ServiceDefaults;

/// <summary>Lines for a person in development, for a machine elsewhere, and where the Local engine reads them.</summary>
internal static class Logs
{
    private const string Format = "Logging:Console:FormatterName";

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
                // Whoever asks for fewer lines does not mean these.
                new($"Logging:LogLevel:{SecurityEvents.Category}", "Information"),
                new(Format, builder.Environment.IsDevelopment() ? ConsoleFormatterNames.Simple : EcsLine.FormatterName),
            ],
        });
        builder.Services.AddSingleton(ServiceIdentity.Of(builder));
        builder.Services.AddMetrics();
        if (string.Equals(builder.Configuration[Format], EcsLine.FormatterName, StringComparison.OrdinalIgnoreCase))
        {
            // The framework's console was added before anybody could say so.
            foreach (var console in builder.Services.Where(service => service.ImplementationType == typeof(ConsoleLoggerProvider)).ToList())
            {
                builder.Services.Remove(console);
            }

            builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ILoggerProvider, EcsLogs>(services => new EcsLogs(
                new EcsLine(services.GetRequiredService<ServiceIdentity>(), services.GetRequiredService<TimeProvider>(), services.GetService<IHttpContextAccessor>()),
                services.GetRequiredService<IMeterFactory>(),
                Console.OpenStandardOutput())));
        }
        else
        {
            builder.Logging.AddConsole();
        }

        if (builder.Environment.IsDevelopment())
        {
            // That keys lie unencrypted in the data folder is news to an operator, not to a person at their first start.
            builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
            builder.Services.Configure<SimpleConsoleFormatterOptions>(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss ";
            });
        }
    }
}

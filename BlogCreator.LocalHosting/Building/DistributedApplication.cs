using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using BlogCreator.LocalHosting;
using BlogCreator.LocalHosting.Publishing;

namespace Aspire.Hosting;

/// <summary>The app: to be run until it is told to stop, or to be written down.</summary>
public sealed class DistributedApplication : IAsyncDisposable, IDisposable
{
    private readonly DistributedApplicationExecutionContext execution;
    private readonly CommandLine options;
    private readonly EngineSettings settings;

    internal DistributedApplication(
        DistributedApplicationModel model, DistributedApplicationExecutionContext execution, CommandLine options, EngineSettings settings)
    {
        Model = model;
        this.execution = execution;
        this.options = options;
        this.settings = settings;
        Engine = new Engine(model, execution, options, settings, ResourceNotifications);
    }

    public ResourceNotificationService ResourceNotifications { get; } = new();

    internal DistributedApplicationModel Model { get; }

    internal Engine Engine { get; }

    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options)
    {
        var session = TestSession.Current;
        var args = session?.Args ?? options.Args ?? [];
        CommandLine commandLine;
        try
        {
            commandLine = CommandLine.Parse(args);
        }
        catch (EngineError error) when (session is null)
        {
            // Not an exception to the person who mistyped an option, and nothing has started that would have to be stopped.
            ConsoleReport.ToConsole(isVerbose: false).Error(error);
            Environment.Exit(2);
            throw;
        }

        if (commandLine.IsHelp)
        {
            Console.Out.WriteLine(CommandLine.Help);
            Environment.Exit(0);
        }

        return new DistributedApplicationBuilder(commandLine, session?.AppHost ?? Assembly.GetEntryAssembly(), session);
    }

    public void Run() => RunAsync().GetAwaiter().GetResult();

    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (execution.IsRunMode)
        {
            Environment.ExitCode = await Engine.Run(cancellationToken);
            return;
        }

        var path = Path.GetFullPath(options.OutputPath!);
        await new Manifest(Model, execution, path).WriteAsync(cancellationToken);
        if (!settings.IsTest)
        {
            await Console.Out.WriteLineAsync($"Wrote the manifest to {path}".AsMemory(), cancellationToken);
        }
    }

    /// <summary>Returns as soon as everything is on its way; see <see cref="ResourceNotifications"/> for what became of it.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default) => Engine.Start(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken = default) => Engine.Stop();

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}

using System.Reflection;

namespace BlogCreator.LocalHosting;

/// <summary>
/// Runs an app host's own program up to the moment when it builds the app, and takes the model from it there: a test runs
/// the app model that is shipped, not a copy of it.
/// </summary>
internal sealed class TestSession
{
    private const string DataOption = "--data";

    private static readonly AsyncLocal<TestSession?> Ambient = new();
    private Aspire.Hosting.DistributedApplicationBuilder? taken;

    public TestSession(Assembly appHost, string[] args)
    {
        AppHost = appHost;
        IsDataTemporary = !args.Any(arg => arg == DataOption || arg.StartsWith($"{DataOption}=", StringComparison.Ordinal));
        Args = IsDataTemporary
            ? [.. args, DataOption, Path.Combine(Path.GetTempPath(), $"blogcreator-{Guid.CreateVersion7():N}")]
            : args;
    }

    public static TestSession? Current => Ambient.Value;

    public Assembly AppHost { get; }

    public string[] Args { get; }

    /// <summary>A test that names a directory wants to find its data there again.</summary>
    public bool IsDataTemporary { get; }

    public void Take(Aspire.Hosting.DistributedApplicationBuilder builder)
    {
        taken = builder;
        throw new Taken();
    }

    public async Task<Aspire.Hosting.DistributedApplicationBuilder> Capture(CancellationToken cancel)
    {
        var program = AppHost.EntryPoint
            ?? throw new InvalidOperationException($"{AppHost.GetName().Name} is no program, so it is no app host.");
        await Task.Run(() => Execute(program), cancel);
        return taken ?? throw new InvalidOperationException($"{AppHost.GetName().Name} ended without building an app.");
    }

    private void Execute(MethodInfo program)
    {
        Ambient.Value = this;
        try
        {
            program.Invoke(null, program.GetParameters().Length == 0 ? [] : [Args]);
        }
        catch (TargetInvocationException stopped) when (stopped.InnerException is Taken)
        {
            // That is as far as its program is needed.
        }
        catch (TargetInvocationException failure) when (failure.InnerException is { } reason)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(reason);
        }
    }

    private sealed class Taken : Exception;
}

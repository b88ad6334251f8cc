using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting;

/// <summary>A variable that the app model gives a service.</summary>
internal sealed record EnvironmentVariable(string Name, string Value, bool IsSecret);

/// <summary>How a service is to be started.</summary>
internal sealed record ServiceStart(ProcessStartInfo Info, IReadOnlyList<EnvironmentVariable> Environment)
{
    public static async Task<ServiceStart> Of(IResource resource, DistributedApplicationExecutionContext execution, CancellationToken cancel)
    {
        var (command, directory, first) = resource switch
        {
            ProjectResource project => (
                OperatingSystemProcess.DotnetPath,
                Path.GetDirectoryName(project.GetProjectMetadata().ProjectPath)!,
                project.GetProjectMetadata().TargetPath),
            ExecutableResource executable => (executable.Command, executable.WorkingDirectory, null),
            _ => throw new InvalidOperationException($"'{resource.Name}' is no process."),
        };
        var info = new ProcessStartInfo(command)
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (first is not null)
        {
            info.ArgumentList.Add(first);
        }

        foreach (var argument in await ResourceConfiguration.Arguments(resource, execution, cancel))
        {
            info.ArgumentList.Add(await ResourceConfiguration.Value(argument, cancel) ?? "");
        }

        // What belongs to the engine, or to a test that runs it, is not meant for the services.
        foreach (var name in info.Environment.Keys.Where(IsOwnedByEngine).ToList())
        {
            info.Environment.Remove(name);
        }

        var environment = new List<EnvironmentVariable>();
        foreach (var (name, value) in await ResourceConfiguration.Variables(resource, execution, cancel))
        {
            if (await ResourceConfiguration.Value(value, cancel) is { } text)
            {
                info.Environment[name] = text;
                environment.Add(new(name, text, value is ParameterResource { Secret: true } || Secrets.IsSecretName(name)));
            }
        }

        return new ServiceStart(info, environment);
    }

    private static bool IsOwnedByEngine(string variable) =>
        variable.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("ASPIRE_", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("DOTNET_DASHBOARD_", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("ConnectionStrings__", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("Parameters__", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("services__", StringComparison.OrdinalIgnoreCase)
        || variable is "DOTNET_ENVIRONMENT" or "DOTNET_LAUNCH_PROFILE" or "DOTNET_STARTUP_HOOKS" or "DOTNET_URLS" or "URLS"
            or "HTTP_PORTS" or "HTTPS_PORTS" or "OTEL_SERVICE_NAME" or "OTEL_RESOURCE_ATTRIBUTES";
}

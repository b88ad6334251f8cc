using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting;

/// <summary>The arguments and environment variables that the app host gave a resource.</summary>
internal static class ResourceConfiguration
{
    public static async Task<Dictionary<string, object>> Variables(
        IResource resource, DistributedApplicationExecutionContext execution, CancellationToken cancel)
    {
        var context = new EnvironmentCallbackContext(execution, resource, [], cancel);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToList())
        {
            await annotation.Callback(context);
        }

        return context.EnvironmentVariables;
    }

    public static async Task<IList<object>> Arguments(
        IResource resource, DistributedApplicationExecutionContext execution, CancellationToken cancel)
    {
        var context = new CommandLineArgsCallbackContext([], execution, cancel);
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToList())
        {
            await annotation.Callback(context);
        }

        return context.Args;
    }

    /// <summary>Null where there is nothing to set: an embedded resource, or a parameter that nobody gave a value.</summary>
    public static async Task<string?> Value(object value, CancellationToken cancel) => value switch
    {
        string text => text,
        ParameterResource parameter => await parameter.GetValueAsync(cancel) is { Length: > 0 } set ? set : null,
        IValueProvider provider => await provider.GetValueAsync(cancel),
        _ => throw new DistributedApplicationException($"A {value.GetType().Name} cannot be given to a process."),
    };
}

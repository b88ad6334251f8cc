using System.Globalization;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Publishing;

namespace BlogCreator.LocalHosting.Publishing;

/// <summary>Writes the app model in Aspire's manifest schema; the order of every property is part of it.</summary>
internal sealed class Manifest(DistributedApplicationModel model, DistributedApplicationExecutionContext execution, string path)
{
    private readonly Dictionary<string, ParameterResource> referencedParameters = [];
    private readonly Dictionary<string, ReferenceExpression> conditionals = [];
    private readonly HashSet<(string Parameter, string Filter)> encoded = [];
    private readonly string folder = Path.GetDirectoryName(path)!;

    public async Task WriteAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);

        // Written whole or not at all.
        var unfinished = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            await using (var file = File.Create(unfinished))
            await using (var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            {
                await WriteModel(json, cancel);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private async Task WriteModel(Utf8JsonWriter json, CancellationToken cancel)
    {
        json.WriteStartObject();
        json.WriteStartObject("resources");
        foreach (var resource in model.Resources.Where(resource => !resource.TryGetLastAnnotation<ManifestExclusionAnnotation>(out _)))
        {
            json.WriteStartObject(resource.Name);
            await WriteResource(json, resource, cancel);
            json.WriteEndObject();
            WriteEncodedForms(json, resource as ParameterResource);
        }

        foreach (var parameter in referencedParameters.Values.Where(parameter => !model.Resources.Contains(parameter)))
        {
            json.WriteStartObject(parameter.Name);
            WriteParameter(json, parameter);
            json.WriteEndObject();
            WriteEncodedForms(json, parameter);
        }

        // A parameter of the model that was written before something encoded it.
        foreach (var parameter in model.Resources.OfType<ParameterResource>())
        {
            WriteEncodedForms(json, parameter);
        }

        foreach (var (name, conditional) in conditionals)
        {
            json.WriteStartObject(name);
            json.WriteString("type", "value.v0");
            json.WriteString("connectionString", await conditional.GetValueAsync(cancel) ?? "");
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private Task WriteResource(Utf8JsonWriter json, IResource resource, CancellationToken cancel)
    {
        switch (resource)
        {
            case ContainerResource container:
                return WriteContainer(json, container, cancel);
            case ProjectResource project:
                json.WriteString("type", "project.v0");
                json.WriteString("path", Relative(project.GetProjectMetadata().ProjectPath));
                return WriteProcess(json, project, cancel);
            case ExecutableResource executable:
                json.WriteString("type", "executable.v0");
                json.WriteString("workingDirectory", Relative(executable.WorkingDirectory));
                json.WriteString("command", executable.Command);
                return WriteProcess(json, executable, cancel);
            case ParameterResource parameter:
                WriteParameter(json, parameter);
                return Task.CompletedTask;
            case IResourceWithConnectionString connection:
                json.WriteString("type", "value.v0");
                json.WriteString("connectionString", Expression(connection.ConnectionStringExpression));
                return Task.CompletedTask;
            default:
                throw new DistributedApplicationException($"'{resource.Name}' is of a kind that has no form in a manifest.");
        }
    }

    private async Task WriteContainer(Utf8JsonWriter json, ContainerResource container, CancellationToken cancel)
    {
        container.TryGetLastAnnotation<DockerfileBuildAnnotation>(out var build);
        json.WriteString("type", build is null ? "container.v0" : "container.v1");
        if (container is IResourceWithConnectionString connection)
        {
            json.WriteString("connectionString", Expression(connection.ConnectionStringExpression));
        }

        if (build is not null)
        {
            WriteBuild(json, build);
        }
        else if (container.TryGetLastAnnotation<ContainerImageAnnotation>(out var image))
        {
            json.WriteString("image", image.Name);
        }
        else
        {
            throw new DistributedApplicationException($"The container '{container.Name}' has no image.");
        }

        if (container.Entrypoint is not null)
        {
            json.WriteString("entrypoint", container.Entrypoint);
        }

        await WriteArguments(json, container, cancel);
        WriteMounts(json, container);
        await WriteEnvironment(json, container, cancel);
        WriteBindings(json, container);
    }

    private void WriteBuild(Utf8JsonWriter json, DockerfileBuildAnnotation build)
    {
        json.WriteStartObject("build");
        json.WriteString("context", Relative(build.ContextPath));
        json.WriteString("dockerfile", Relative(build.DockerfilePath));
        if (build.Stage is { } stage)
        {
            json.WriteString("stage", stage);
        }

        json.WriteEndObject();
    }

    private async Task WriteProcess(Utf8JsonWriter json, IResource resource, CancellationToken cancel)
    {
        await WriteArguments(json, resource, cancel);
        await WriteEnvironment(json, resource, cancel);
        WriteBindings(json, resource);
    }

    private void WriteParameter(Utf8JsonWriter json, ParameterResource parameter)
    {
        json.WriteString("type", "parameter.v0");
        json.WriteString("value", $"{{{parameter.Name}.inputs.value}}");
        json.WriteStartObject("inputs");
        json.WriteStartObject("value");
        json.WriteString("type", "string");
        if (parameter.Secret)
        {
            json.WriteBoolean("secret", true);
        }

        if (parameter.Default is { } fallback)
        {
            json.WriteStartObject("default");
            fallback.WriteToManifest(new ManifestPublishingContext(execution, path, json));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private async Task WriteArguments(Utf8JsonWriter json, IResource resource, CancellationToken cancel)
    {
        var arguments = await ResourceConfiguration.Arguments(resource, execution, cancel);
        if (arguments.Count == 0)
        {
            return;
        }

        json.WriteStartArray("args");
        foreach (var argument in arguments)
        {
            json.WriteStringValue(Expression(argument));
        }

        json.WriteEndArray();
    }

    private async Task WriteEnvironment(Utf8JsonWriter json, IResource resource, CancellationToken cancel)
    {
        var variables = await ResourceConfiguration.Variables(resource, execution, cancel);
        if (variables.Count == 0)
        {
            return;
        }

        json.WriteStartObject("env");
        foreach (var (name, value) in variables)
        {
            json.WriteString(name, Expression(value));
        }

        json.WriteEndObject();
    }

    private void WriteMounts(Utf8JsonWriter json, ContainerResource container)
    {
        foreach (var mounts in container.Annotations.OfType<ContainerMountAnnotation>().GroupBy(mount => mount.Type).OrderBy(group => group.Key))
        {
            var bound = mounts.Key == ContainerMountType.BindMount;
            json.WriteStartArray(bound ? "bindMounts" : "volumes");
            foreach (var mount in mounts)
            {
                json.WriteStartObject();
                if (mount.Source is { } source)
                {
                    json.WriteString(bound ? "source" : "name", bound ? Relative(source) : source);
                }

                json.WriteString("target", mount.Target);
                json.WriteBoolean("readOnly", mount.IsReadOnly);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }

    private static void WriteBindings(Utf8JsonWriter json, IResource resource)
    {
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToList();
        if (endpoints.Count == 0)
        {
            return;
        }

        json.WriteStartObject("bindings");
        foreach (var endpoint in endpoints)
        {
            // A container listens on the port it is given where nothing else is said; a project is told which.
            var target = endpoint.TargetPort ?? (resource is ContainerResource ? endpoint.Port : null);
            json.WriteStartObject(endpoint.Name);
            json.WriteString("scheme", endpoint.UriScheme);
            json.WriteString("protocol", endpoint.Protocol.ToString().ToLowerInvariant());
            json.WriteString("transport", endpoint.Transport);
            if (endpoint.Port is { } port && port != target)
            {
                json.WriteNumber("port", port);
            }

            if (target is { } number)
            {
                json.WriteNumber("targetPort", number);
            }

            if (endpoint.IsExternal)
            {
                json.WriteBoolean("external", true);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteEncodedForms(Utf8JsonWriter json, ParameterResource? parameter)
    {
        foreach (var form in encoded.Where(form => form.Parameter == parameter?.Name).ToList())
        {
            encoded.Remove(form);
            json.WriteStartObject(EncodedName(form.Parameter, form.Filter));
            json.WriteString("type", "annotated.string");
            json.WriteString("value", parameter!.ValueExpression);
            json.WriteString("filter", form.Filter);
            json.WriteEndObject();
        }
    }

    private string Expression(object value)
    {
        Remember(value);
        return value switch
        {
            ReferenceExpression { IsConditional: false } text => string.Format(
                CultureInfo.InvariantCulture, text.Format, [.. text.ManifestExpressions.Select((plain, i) => Encoded(text, i) ?? plain)]),
            IManifestExpressionProvider named => named.ValueExpression,
            string text => text,
            _ => throw new DistributedApplicationException($"A {value.GetType().Name} has no form in a manifest."),
        };
    }

    /// <summary>What an expression names must stand in the manifest too, also where no line of the app host declares it.</summary>
    private void Remember(object value)
    {
        if (value is ParameterResource parameter)
        {
            referencedParameters.TryAdd(parameter.Name, parameter);
        }

        if (value is ReferenceExpression expression)
        {
            if (expression.ConditionalName is { } name)
            {
                conditionals.TryAdd(name, expression);
            }

            foreach (var (provider, format) in expression.ValueProviders.Zip(expression.StringFormats))
            {
                if (format is not null && provider is ParameterResource encodedParameter)
                {
                    encoded.Add((encodedParameter.Name, format));
                }
            }

            IEnumerable<object> parts = expression.IsConditional ? expression.Branches : expression.ValueProviders;
            foreach (var part in parts)
            {
                Remember(part);
            }
        }
    }

    private static string? Encoded(ReferenceExpression expression, int i) =>
        expression.StringFormats[i] is { } filter && expression.ValueProviders[i] is ParameterResource parameter
            ? $"{{{EncodedName(parameter.Name, filter)}.value}}"
            : null;

    private static string EncodedName(string parameter, string filter) => $"{parameter}-{filter}-encoded";

    private string Relative(string target) => Path.GetRelativePath(folder, target).Replace('\\', '/');
}

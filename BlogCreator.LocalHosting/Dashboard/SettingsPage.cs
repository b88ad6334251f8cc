using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>What may be set, what is set, and where the data is.</summary>
internal static class SettingsPage
{
    public const string Parameters = "parameters";
    public const string Connections = "connections";

    public static async Task<Html> Content(EngineContext engine, EngineSettings settings, string token, CancellationToken cancel)
    {
        var parameters = new List<Html>();
        foreach (var parameter in engine.Model.Resources.OfType<ParameterResource>())
        {
            parameters.Add(await Row(parameter, engine.Secrets, token, cancel));
        }

        return Html.Of($"""
            <h1>Settings</h1>
            <p>Data, files and logs are in <code>{settings.DataDirectory}</code>.</p>
            <section aria-labelledby="parameters-title"><h2 id="parameters-title">Parameters</h2>
            <p class="soft">Set one before the start with the environment variable beside it.</p>
            <table class="values"><thead><tr><th scope="col">Name</th><th scope="col">Value</th></tr></thead><tbody>{parameters}</tbody></table></section>
            <section aria-labelledby="connections-title"><h2 id="connections-title">Connection strings</h2>
            <table class="values"><thead><tr><th scope="col">Name</th><th scope="col">Value</th></tr></thead><tbody>{ConnectionRows(engine, token)}</tbody></table></section>
            """);
    }

    /// <summary>Null where there is none.</summary>
    public static async Task<string?> Value(EngineContext engine, string kind, string name, CancellationToken cancel) =>
        engine.Model.Resources.FirstOrDefault(resource => resource.Name == name) switch
        {
            ParameterResource parameter when kind == Parameters => await Value(parameter, cancel),
            { } resource when kind == Connections && resource.TryGetLastAnnotation<LocalConnectionAnnotation>(out var local) => local.ConnectionString,
            _ => null,
        };

    private static async Task<string?> Value(ParameterResource parameter, CancellationToken cancel)
    {
        try
        {
            return await parameter.GetValueAsync(cancel) is { Length: > 0 } value ? value : null;
        }
        catch (DistributedApplicationException)
        {
            return null;
        }
    }

    private static async Task<Html> Row(ParameterResource parameter, Secrets secrets, string token, CancellationToken cancel)
    {
        var shown = Html.Of($"""<span class="soft">not set</span>""");
        if (await Value(parameter, cancel) is { } value)
        {
            var text = secrets.Shown(parameter.Name, value, parameter.Secret);
            shown = Layout.Value(Parameters, parameter.Name, text, text != value, token);
        }

        return Html.Of($"""<tr><th scope="row">{parameter.Name}<br><code class="soft">Parameters__{parameter.Name.Replace('-', '_')}</code></th><td>{shown} {parameter.Description}</td></tr>""");
    }

    private static IEnumerable<Html> ConnectionRows(EngineContext engine, string token)
    {
        foreach (var resource in engine.Model.Resources)
        {
            if (resource.TryGetLastAnnotation<LocalConnectionAnnotation>(out var local))
            {
                var shown = local.ConnectionString is { } text ? engine.Secrets.Shown(resource.Name, text, isSecret: false) : null;
                yield return Html.Of($"""<tr><th scope="row">{resource.Name}</th><td>{(shown is null ? Html.Of($"""<span class="soft">{local.Description}</span>""") : Layout.Value(Connections, resource.Name, shown, shown != local.ConnectionString, token))}</td></tr>""");
            }
        }
    }
}

namespace BlogCreator.AppHost.Deployment;

/// <summary>azure.yaml: tells azd which project to ask for the manifest.</summary>
internal static class AzureFile
{
    public static GeneratedFile Of() => new("azure.yaml", Yaml.Document(
        [
            "yaml-language-server: $schema=https://raw.githubusercontent.com/Azure/azure-dev/main/schemas/v1.0/azure.yaml.json",
            .. DeployedApp.Header,
        ],
        new Map
        {
            { "name", "blogcreator" },
            {
                "services", new Map
                {
                    {
                        "app", new Map
                        {
                            { "language", "dotnet" },
                            { "project", "BlogCreator.AppHost/BlogCreator.AppHost.csproj" },
                            { "host", "containerapp" },
                        }
                    },
                }
            },
        }));
}

using System.Globalization;

namespace BlogCreator.AppHost.Deployment;

/// <summary>The command <c>generate</c>: writes what a deployment needs from the app model and the settings.</summary>
internal static class Generate
{
    private const int Good = 0;
    private const int Drift = 1;
    private const int Bad = 2;

    private const string Help = $"""
        Usage: {DeployedApp.Command} [options]

        Writes the files for Docker Compose, Kubernetes and azd from aspire-manifest.json and deploy/settings.yaml.
          --verify         writes nothing; exits with 1 when a file differs from what would be written
          --settings FILE  other settings than deploy/settings.yaml
          --manifest FILE  another manifest than aspire-manifest.json
          --output DIR     writes below this folder instead of the repository
          --help           this text
        """;

    /// <summary>The exit code; null when the arguments are not for this command.</summary>
    public static int? Command(string[] args) => args is ["generate", .. var options] ? Run(options, Console.Out, Console.Error) : null;

    /// <summary>The same for a test, which reads what is said.</summary>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        try
        {
            var options = Options.Parse(args);
            if (options.IsHelp)
            {
                output.WriteLine(Help);
                return Good;
            }

            var files = new GeneratedFiles(options.Output, Files(options));
            return options.IsVerify ? Verify(files, output, errors) : Write(files, output);
        }
        catch (BadInput bad)
        {
            foreach (var problem in bad.Problems)
            {
                errors.WriteLine(problem);
            }

            errors.WriteLine("Nothing was written.");
            return Bad;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(error.Message);
            return Bad;
        }
    }

    public static IReadOnlyList<GeneratedFile> Files(Options options)
    {
        var manifest = ReadManifest.From(options.Manifest, options.Shown(options.Manifest));
        var settings = ReadSettings.From(options.Settings, options.Shown(options.Settings), manifest);
        var app = new DeployedApp(manifest, settings, options.Root, options.Output);
        return [AzureFile.Of(), .. Compose.Files(app), .. HelmChart.Files(app)];
    }

    private static int Write(GeneratedFiles files, TextWriter output)
    {
        foreach (var (path, change) in files.Write())
        {
            output.WriteLine($"  {change,-9}  {path}");
        }

        return Good;
    }

    private static int Verify(GeneratedFiles files, TextWriter output, TextWriter errors)
    {
        var differences = files.Compare();
        if (differences.Count == 0)
        {
            output.WriteLine("The generated files are what the app model and the settings say.");
            return Good;
        }

        errors.WriteLine("These files are not what the app model and the settings say:");
        foreach (var difference in differences)
        {
            var line = difference.Line is { } number ? string.Create(CultureInfo.InvariantCulture, $":{number}") : "";
            errors.WriteLine($"  {difference.Path}{line}");
            errors.WriteLine($"    is      {difference.Is.Trim()}");
            errors.WriteLine($"    should  {difference.Should.Trim()}");
        }

        errors.WriteLine($"Write them anew: {DeployedApp.Command}");
        return Drift;
    }

    internal sealed record Options(string Root, string Settings, string Manifest, string Output, bool IsVerify, bool IsHelp)
    {
        public static Options Parse(IReadOnlyList<string> args)
        {
            var root = Path.GetFullPath(Path.Combine(Projects.BlogCreator_AppHost.ProjectPath, ".."));
            var options = new Options(
                root, Path.Combine(root, "deploy", "settings.yaml"), Path.Combine(root, "aspire-manifest.json"), root, IsVerify: false, IsHelp: false);
            for (var i = 0; i < args.Count; i++)
            {
                var name = args[i];
                options = name switch
                {
                    "--help" or "-h" => options with { IsHelp = true },
                    "--verify" => options with { IsVerify = true },
                    "--settings" => options with { Settings = Next() },
                    "--manifest" => options with { Manifest = Next() },
                    "--output" => options with { Output = Next() },
                    _ => throw new BadInput("generate", $"'{name}' is not an option. See --help for those there are."),
                };

                string Next() => i + 1 < args.Count
                    ? Path.GetFullPath(args[++i])
                    : throw new BadInput("generate", $"The option {name} needs a value. See --help.");
            }

            return options;
        }

        /// <summary>A path as it is said in messages: short where it lies in the repository.</summary>
        public string Shown(string path) =>
            path.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
                ? Path.GetRelativePath(Root, path).Replace('\\', '/')
                : path;
    }
}

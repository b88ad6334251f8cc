using System.Text.RegularExpressions;
using BlogCreator.Tests.Architecture;

namespace BlogCreator.Tests.Deployment;

/// <summary>What stands around the backups: the secrets that <c>blogctl init</c> makes, the alarms, the scripts themselves.</summary>
public sealed partial class BackupFilesTests
{
    private static readonly string Deploy = Path.Combine(Repository.Root, "deploy");

    [Fact]
    public async Task Secrets_that_are_missing_are_made_and_others_left_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "blogctl is for the host of a site, a Linux.");
        var folder = Directory.CreateTempSubdirectory("blogcreator-secrets-").FullName;
        try
        {
            var compose = Path.Combine(folder, "docker-compose.yml");
            await File.WriteAllTextAsync(compose, """
                services:
                  postgres:
                    image: postgres
                    secrets: [postgres-password]
                secrets:
                  postgres-password:
                    file: ./secrets/postgres-password
                  "backup-key":
                    file: ./secrets/backup-key
                  sentry-dsn: { file: ./secrets/sentry-dsn }
                volumes:
                  data:
                """);
            var secrets = Path.Combine(folder, "secrets");
            var (status, output) = await Init(compose);
            Assert.True(status == 0, output);
            Assert.Equal(["backup-key", "postgres-password", "sentry-dsn"], Directory.GetFiles(secrets).Select(Path.GetFileName).Order());
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(secrets));
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(Path.Combine(secrets, "backup-key")));
            }

            var password = await File.ReadAllTextAsync(Path.Combine(secrets, "postgres-password"));
            Assert.Matches(LettersAndDigits(), password);
            Assert.NotEqual(password, await File.ReadAllTextAsync(Path.Combine(secrets, "backup-key")));
            Assert.Equal("", await File.ReadAllTextAsync(Path.Combine(secrets, "sentry-dsn")));
            Assert.DoesNotContain(password, output, StringComparison.Ordinal);

            File.Delete(Path.Combine(secrets, "backup-key"));
            Assert.Equal(0, (await Init(compose)).Status);
            Assert.Equal(password, await File.ReadAllTextAsync(Path.Combine(secrets, "postgres-password")));
            Assert.True(File.Exists(Path.Combine(secrets, "backup-key")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_Compose_file_that_is_missing_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "blogctl is for the host of a site, a Linux.");
        var (status, output) = await Init("/nowhere/docker-compose.yml");
        Assert.NotEqual(0, status);
        Assert.Contains("/nowhere/docker-compose.yml", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_alarms_are_valid_and_name_a_page_that_is_there()
    {
        var file = Path.Combine(Deploy, "monitoring", "prometheus", "rules", "backup.rules.yml");
        var rules = await File.ReadAllTextAsync(file);
        var pages = Page().Matches(rules).Select(match => match.Groups["page"].Value).ToList();
        Assert.Equal(Alert().Count(rules), pages.Count);
        Assert.All(pages, page => Assert.True(File.Exists(Path.Combine(Repository.Root, page)), page));

        var script = await File.ReadAllTextAsync(Path.Combine(Deploy, "postgres", "backup"));
        Assert.All(Metric().Matches(rules).Select(match => match.Value).Distinct(), name => Assert.Contains($"# TYPE {name} gauge", script, StringComparison.Ordinal));

        Assert.SkipUnless(BackupSite.IsInstalled("promtool"), "promtool is not installed here (Debian: apt-get install prometheus).");
        var (status, output) = await BackupSite.Run("promtool", ["check", "rules", file]);
        Assert.True(status == 0, output);
    }

    [Fact]
    public async Task The_scripts_are_clean()
    {
        Assert.SkipUnless(BackupSite.IsInstalled("shellcheck"), "shellcheck is not installed here (Debian: apt-get install shellcheck).");
        var (status, output) = await BackupSite.Run("shellcheck", ["-x", "-P", Path.GetDirectoryName(Deploy)!, .. new[] { "blogctl", "postgres/backup", "postgres/entrypoint", "tests/backup.sh" }.Select(file => Path.Combine(Deploy, file))]);
        Assert.True(status == 0, output);
    }

    [GeneratedRegex("^[A-Za-z0-9]{43}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LettersAndDigits();

    [GeneratedRegex(@"runbook_url: (?<page>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Page();

    [GeneratedRegex("- alert: ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Alert();

    [GeneratedRegex(@"\b(backup|restore)_[a-z_]+_(seconds|bytes)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Metric();

    private static Task<(int Status, string Output)> Init(string compose) => BackupSite.Run(Path.Combine(Deploy, "blogctl"), ["-f", compose, "init"]);
}

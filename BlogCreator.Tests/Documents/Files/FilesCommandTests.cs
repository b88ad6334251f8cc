using BlogCreator.Tests.Platform;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Documents.Files;

/// <summary>The commands about files, as processes of their own on what a service has stored.</summary>
public sealed class FilesCommandTests : IAsyncLifetime
{
    private readonly ApiFixture _api = new();

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Every_file_is_verified_and_the_documents_of_damaged_ones_are_named()
    {
        using var ada = await _api.SignInAs("ada");
        using var first = await ada.Upload("tides.txt", Library.Text());
        using var second = await ada.Upload("more.txt", Library.Text(1));
        var (sound, damaged) = (await ada.Read(first), await ada.Read(second));
        Assert.Equal((0, "2 files, 0 MB checked: 2 sound, 0 damaged."), Last(await ApiProcess.Run(Folder(), "verify-files")));

        var file = _api.StoredFiles().Single(stored => File.ReadAllText(stored) == Library.Text(1));
        await File.AppendAllTextAsync(file, "x");
        var (exitCode, output) = await ApiProcess.Run(Folder(), "verify-files");
        Assert.Equal(1, exitCode);
        Assert.Contains($"Altered: {Path.GetFileName(file)}, needed by {damaged.Id}", output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(sound.Id.ToString(), output, StringComparison.OrdinalIgnoreCase);
        File.Delete(file);
        Assert.Contains("Missing: ", (await ApiProcess.Run(Folder(), "verify-files")).Output, StringComparison.Ordinal);

        var both = Folder();
        both["Storage__S3__Bucket"] = "files";
        (exitCode, output) = await ApiProcess.Run(both, "verify-files");
        Assert.Equal(2, exitCode);
        Assert.Contains("Storage:S3:Bucket", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_move_from_a_folder_to_a_bucket_and_back()
    {
        S3Server.SkipUnlessThere();
        await using var server = await S3Server.Start();
        using var ada = await _api.SignInAs("ada");
        for (var number = 0; number < 3; number++)
        {
            using var uploaded = await ada.Upload($"tides{number}.txt", Library.Text(number));
            await ada.Read(uploaded);
        }

        var bucket = Folder();
        foreach (var (name, value) in server.Settings(server.NewBucket()))
        {
            bucket[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var folder = Path.Combine(_api.Folder, "files");
        Assert.Equal((0, "3 copied, 0 were there, 0 could not be copied."), Last(await ApiProcess.Run(bucket, "copy-files", "--from", folder)));
        Assert.Equal((0, "0 copied, 3 were there, 0 could not be copied."), Last(await ApiProcess.Run(bucket, "copy-files", "--from", folder)));
        Assert.Equal((0, "3 files, 0 MB checked: 3 sound, 0 damaged."), Last(await ApiProcess.Run(bucket, "verify-files")));

        var back = Path.Combine(_api.Folder, "back");
        Assert.Equal(0, (await ApiProcess.Run(bucket, "copy-files", "--to", back)).ExitCode);
        Assert.Equal(
            _api.StoredFiles().Select(Path.GetFileName).Order(),
            Directory.GetFiles(back, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
        Assert.Equal(2, (await ApiProcess.Run(bucket, "copy-files")).ExitCode);
    }

    private Dictionary<string, string> Folder() => new()
    {
        ["ConnectionStrings__blogdb"] = _api.Services.GetRequiredService<IConfiguration>().GetConnectionString("blogdb")!,
        ["Storage__Path"] = Path.Combine(_api.Folder, "files"),
        ["Storage__WorkPath"] = Path.Combine(_api.Folder, "work"),
    };

    private static (int ExitCode, string Line) Last((int ExitCode, string Output) run) => (run.ExitCode, run.Output.TrimEnd().Split('\n')[^1]);
}

using System.Globalization;
using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents.Files;

/// <summary>
/// <c>dotnet BlogCreator.Api.dll copy-files --from FOLDER</c> brings every file from a folder into the store of the
/// settings, <c>--to FOLDER</c> from there into a folder: how one moves to a bucket, or away from it. Files that are there
/// and sound are passed over, so it can be run again at any time. Nothing is removed.
/// </summary>
internal static class CopyFilesCommand
{
    private const int Batch = 100;

    /// <summary>The exit code, or null when the arguments ask for something else.</summary>
    public static async Task<int?> Run(string[] args, TextWriter output, CancellationToken cancel)
    {
        if (args is not ["copy-files", .. var rest])
        {
            return null;
        }

        if (rest is not [("--from" or "--to") and var direction, var folder])
        {
            await output.WriteLineAsync("Say where from or where to: copy-files --from FOLDER, or copy-files --to FOLDER. The other side is the store of the settings.");
            return 2;
        }

        var command = FilesCommand.Builder(["copy-files"]);
        using var host = command.Build();
        try
        {
            var configured = host.Services.GetRequiredService<IFileStore>();
            var other = new DirectoryFileStore(Options.Create(new StorageOptions { Path = folder }));
            return direction == "--from"
                ? await Copy(host.Services, other, configured, output, cancel)
                : await Copy(host.Services, configured, other, output, cancel);
        }
        catch (OptionsValidationException wrong)
        {
            await output.WriteLineAsync(string.Join(Environment.NewLine, wrong.Failures));
        }
        catch (FileStoreException trouble)
        {
            await output.WriteLineAsync($"{trouble.Message} Mend that, and run this again: it goes on where it was.");
        }

        return 2;
    }

    private static async Task<int> Copy(IServiceProvider services, IFileStore from, IFileStore to, TextWriter output, CancellationToken cancel)
    {
        using (var scope = services.CreateScope())
        {
            await scope.ServiceProvider.GetRequiredService<TidyFiles>().Adopt(cancel);
        }

        var last = Guid.Empty;
        var (copied, there, missing) = (0, 0, 0);
        while (true)
        {
            using var scope = services.CreateScope();
            var batch = await scope.ServiceProvider.GetRequiredService<BlogDb>().StoredFiles.AsNoTracking()
                .Where(file => file.Id > last && file.State == StoredFileState.Kept)
                .OrderBy(file => file.Id)
                .Take(Batch)
                .ToListAsync(cancel);
            if (batch.Count == 0)
            {
                break;
            }

            foreach (var file in batch)
            {
                last = file.Id;
                if (await HashOf(to, file.Sha256, cancel) == file.Sha256)
                {
                    there++;
                }
                else if (await CopyOne(from, to, file, cancel))
                {
                    copied++;
                }
                else
                {
                    missing++;
                    await output.WriteLineAsync($"Missing or altered where it was to come from: {file.Sha256}");
                }
            }

            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{copied} copied, {there} were there, {missing} could not be copied."));
        }

        return missing == 0 ? 0 : 1;
    }

    private static async Task<bool> CopyOne(IFileStore from, IFileStore to, StoredFile file, CancellationToken cancel)
    {
        await using var content = await from.OpenRead(file.Sha256, cancel);
        if (content is null)
        {
            return false;
        }

        try
        {
            await using var staged = await to.Stage(content, file.Size, cancel);
            if (staged.Sha256 != file.Sha256)
            {
                return false;
            }

            await to.Keep(staged, cancel);
            return true;
        }
        catch (FileTooLargeException)
        {
            // It has grown since it was uploaded.
            return false;
        }
    }

    private static async Task<string?> HashOf(IFileStore store, string sha256, CancellationToken cancel)
    {
        try
        {
            await using var content = await store.OpenRead(sha256, cancel);
            return content is null ? null : (await HashStream.Of(content, long.MaxValue, null, cancel)).Sha256;
        }
        catch (FileStoreException empty) when (store is DirectoryFileStore && empty.InnerException is DirectoryNotFoundException)
        {
            // A folder that is only to be made.
            return null;
        }
    }
}

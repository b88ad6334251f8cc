using System.Globalization;
using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents.Files;

/// <summary>
/// <c>dotnet BlogCreator.Api.dll verify-files</c>: compares every stored file with its hash, one after another. It exits
/// with 0 when all are sound, with 1 when some are not, naming the documents, and with 2 when it could not find out.
/// </summary>
internal static class VerifyFilesCommand
{
    private const int Sound = 0;
    private const int Damaged = 1;
    private const int NotKnown = 2;
    private const int Batch = 100;

    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(5);

    /// <summary>The exit code, or null when the arguments ask for something else.</summary>
    public static async Task<int?> Run(string[] args, TextWriter output, CancellationToken cancel)
    {
        if (args is not ["verify-files", ..])
        {
            return null;
        }

        var command = FilesCommand.Builder(args);
        using var host = command.Build();
        try
        {
            return await Verify(host.Services, output, cancel);
        }
        catch (OptionsValidationException wrong)
        {
            await output.WriteLineAsync(string.Join(Environment.NewLine, wrong.Failures));
        }
        catch (FileStoreException away)
        {
            await output.WriteLineAsync($"{away.Message} Mend that, and run this again.");
        }

        return NotKnown;
    }

    private static async Task<int> Verify(IServiceProvider services, TextWriter output, CancellationToken cancel)
    {
        using (var scope = services.CreateScope())
        {
            await scope.ServiceProvider.GetRequiredService<TidyFiles>().Adopt(cancel);
        }

        var clock = services.GetRequiredService<TimeProvider>();
        var (last, said) = (Guid.Empty, clock.GetTimestamp());
        var (files, damaged, bytes) = (0, 0, 0L);
        while (true)
        {
            using var scope = services.CreateScope();
            var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
            var check = scope.ServiceProvider.GetRequiredService<CheckFile>();
            var batch = await db.StoredFiles.AsNoTracking()
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
                if (await check.Check(file.Sha256, cancel) is var condition and not FileCondition.Intact && await IsStillKept(db, file.Id, cancel))
                {
                    damaged++;
                    await Name(db, file, condition, output, cancel);
                }

                (files, bytes, last) = (files + 1, bytes + file.Size, file.Id);
                if (clock.GetElapsedTime(said) > SayEvery)
                {
                    said = clock.GetTimestamp();
                    await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{files} files, {bytes >> 20} MB checked so far."));
                }
            }
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{files} files, {bytes >> 20} MB checked: {files - damaged} sound, {damaged} damaged."));
        if (damaged > 0)
        {
            await output.WriteLineAsync("Bring the damaged files back from a backup under the same names, or upload the same files again: that replaces them. Then run this once more.");
        }

        return damaged == 0 ? Sound : Damaged;
    }

    /// <summary>The service goes on meanwhile: a file that it removed is not a damaged one.</summary>
    private static Task<bool> IsStillKept(BlogDb db, Guid id, CancellationToken cancel) =>
        db.StoredFiles.AnyAsync(file => file.Id == id && file.State == StoredFileState.Kept, cancel);

    private static async Task Name(BlogDb db, StoredFile file, FileCondition condition, TextWriter output, CancellationToken cancel)
    {
        var documents = await db.Documents.IgnoreQueryFilters().Where(document => document.Sha256 == file.Sha256).Select(document => document.Id).ToListAsync(cancel);
        var needed = documents.Count == 0 ? "no document uses it" : $"needed by {string.Join(", ", documents)}";
        await output.WriteLineAsync($"{(condition == FileCondition.Missing ? "Missing" : "Altered")}: {file.Sha256}, {needed}");
    }
}

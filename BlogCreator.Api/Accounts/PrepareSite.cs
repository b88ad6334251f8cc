using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Accounts;

/// <summary>
/// Part of <c>migrate</c>: where set-up will ask for a token and none is configured, makes one. It is printed once; only its
/// hash is kept.
/// </summary>
public sealed class PrepareSite(BlogDb db, IOptions<SetupOptions> options, IHostEnvironment environment)
{
    public async Task Run(TextWriter output, CancellationToken cancel)
    {
        if (environment.IsDevelopment() || !string.IsNullOrEmpty(options.Value.Token) || await db.People.AnyAsync(person => person.IsOwner, cancel))
        {
            return;
        }

        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        // Of two migrations at once only one may print a token that works.
        var stored = await db.Sites.Where(site => site.SetupTokenHash == null)
            .ExecuteUpdateAsync(set => set.SetProperty(site => site.SetupTokenHash, hash), cancel);
        if (stored == 1)
        {
            await output.WriteLineAsync($"Set-up token (shown this once): {token}");
        }
    }
}

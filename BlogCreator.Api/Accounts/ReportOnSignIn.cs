using System.Globalization;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace BlogCreator.Api.Accounts;

/// <summary>Whether the keys are there that the sign-in cookies are protected with. Without them nobody stays signed in.</summary>
internal sealed class ReportOnSignIn(IKeyManager keys, TimeProvider clock) : IReportOnItself
{
    public static string Part => "sign-in";

    public Task<OperationsPart> Report(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var all = keys.GetAllKeys();
        var usable = all.Where(key => !key.IsRevoked && key.ExpirationDate > now).ToList();
        if (usable.Count == 0)
        {
            return Task.FromResult(all.Count == 0
                ? new OperationsPart(Part, PartState.Notice, "No key for sign-in cookies has been made yet. The first is made when somebody signs in.", [])
                : new OperationsPart(Part, PartState.Wrong, "No key for sign-in cookies can be used: all have ended. See that the folder of keys or Redis can be written to; a new one is then made by itself.", [new("keys", Text(all.Count))]));
        }

        return Task.FromResult(new OperationsPart(
            Part,
            PartState.Well,
            "The keys of the sign-in cookies are there. A new one is made before the newest ends.",
            [new("keys", Text(all.Count)), new("newest ends", usable.Max(key => key.ExpirationDate).ToString("O", CultureInfo.InvariantCulture), "time")]));
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}

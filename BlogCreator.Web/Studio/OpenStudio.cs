using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Web.Studio;

/// <summary>Leads to the next thing to do: to the library while it is empty, else to writing.</summary>
public static class OpenStudio
{
    public static async Task<RedirectHttpResult> Handle(BlogApi api, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(api);
        var documents = await api.ListDocuments(null, cancel);
        return TypedResults.Redirect(documents.Items.Count == 0 ? "/studio/library" : "/studio/write");
    }
}

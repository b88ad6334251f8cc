using System.Globalization;
using BlogCreator.Contracts;
using BlogCreator.Web.Shell;

namespace BlogCreator.Web.Gateway;

/// <summary>
/// Api says in its answer that what was asked for has changed the site. Heard before the answer goes on, so that whoever
/// published a post finds it on the very next page.
/// </summary>
internal sealed class HearOfChanges(ContentVersion version) : DelegatingHandler
{
    public static void In(HttpResponseMessage? answer, ContentVersion version)
    {
        if (answer is not null
            && answer.Headers.TryGetValues(ContentVersionHeader.Name, out var values)
            && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var at = answer.Headers.TryGetValues(ContentVersionHeader.TimeName, out var times) && long.TryParse(times.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var time) ? time : 0;
            version.Advance(number, at);
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        In(answer, version);
        return answer;
    }
}

using System.ComponentModel.DataAnnotations;

namespace BlogCreator.Web.Shell;

/// <summary>Where the site lives, as readers and feed readers see it.</summary>
public sealed class SiteOptions
{
    /// <summary>Absolute, such as <c>https://blog.example</c>. Without it the address of each request is taken.</summary>
    [RegularExpression("(?i)^https?://[^/?#\\s]+/?$", ErrorMessage = "Site__BaseUrl has to be an absolute http or https address without a path, such as https://blog.example")]
    public string? BaseUrl { get; init; }

    public string AddressFor(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return string.IsNullOrWhiteSpace(BaseUrl) ? $"{request.Scheme}://{request.Host.ToUriComponent()}" : BaseUrl.TrimEnd('/');
    }
}

using System.Collections.Concurrent;
using BlogCreator.ServiceDefaults;
using BlogCreator.Web.Shell;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace BlogCreator.Web.Public;

/// <summary>
/// The pages of the present content version, ready to be sent, in front of the output cache: what that one keeps has to be
/// decoded for every answer. It holds pages without parameters only, and is
/// emptied rather than tidied.
/// </summary>
internal sealed class PageMemory(ContentVersion version, IHostEnvironment environment)
{
    private const long Most = 64 * 1024 * 1024;
    private const int LargestPage = 1024 * 1024;

    private readonly string _session = SharedSignIn.CookieName(environment);

    private Generation _current = new("");

    /// <summary>By the cookie alone, unread: it may be worthless, but it is never a stranger's page that is kept for its owner.</summary>
    public static bool IsSignedIn(HttpRequest request, string session)
    {
        foreach (var line in request.Headers.Cookie)
        {
            if (line?.Contains(session, StringComparison.Ordinal) is true)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether the page will be sent from here, as it seems before the request's scheme and route are known: two look-ups and
    /// nothing else happens then.
    /// </summary>
    public bool Has(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) || request.QueryString.HasValue || IsSignedIn(request, _session))
        {
            return false;
        }

        var pages = Volatile.Read(ref _current).Pages;
        var key = new Key(request.Path.Value ?? "/", request.Host.Value ?? "", Uri.UriSchemeHttps, PageEncoding.Of(request));
        return pages.ContainsKey(key) || pages.ContainsKey(key with { Scheme = Uri.UriSchemeHttp });
    }

    public Task Serve(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method)
            || request.QueryString.HasValue
            || context.GetEndpoint()?.Metadata.GetMetadata<PublicPageAttribute>() is null
            || IsSignedIn(request, _session))
        {
            return next(context);
        }

        var generation = Current(version.Stamp);
        var key = new Key(request.Path.Value ?? "/", request.Host.Value ?? "", request.Scheme, PageEncoding.Of(request));
        if (!generation.Pages.TryGetValue(key, out var page))
        {
            // Kept under the version that held before the page was made.
            context.Features.Set(new Place(generation, key));
            return next(context);
        }

        var known = request.Headers.IfNoneMatch;
        if (known.Count > 0 && known != page.Tag)
        {
            // A list, a star or a weak tag: the output cache reads those.
            return next(context);
        }

        PageRequests.FromMemory();
        var response = context.Response;
        foreach (var (name, value) in page.Headers)
        {
            response.Headers[name] = value;
        }

        if (known.Count > 0)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = page.ContentType;
        response.Headers.ContentEncoding = page.Encoding;
        response.ContentLength = page.Body.Length;
        return response.Body.WriteAsync(page.Body, context.RequestAborted).AsTask();
    }

    /// <summary>Called before the answer goes out, so before headers are added that every answer gets anyway.</summary>
    public static void Keep(HttpContext context, byte[] body, string encoding)
    {
        if (context.Features.Get<Place>() is not { } place || body.Length > LargestPage || place.Generation.Bytes > Most)
        {
            return;
        }

        var headers = context.Response.Headers;
        var page = new Page(
            headers.ETag,
            context.Response.ContentType,
            encoding.Length == 0 ? StringValues.Empty : encoding,
            [.. headers.Where(header => !header.Key.Equals(HeaderNames.ContentType, StringComparison.OrdinalIgnoreCase) && !header.Key.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase) && !header.Key.Equals(HeaderNames.ContentEncoding, StringComparison.OrdinalIgnoreCase))],
            body);
        if (place.Generation.Pages.TryAdd(place.Key, page))
        {
            Interlocked.Add(ref place.Generation.Bytes, body.Length);
        }
    }

    private Generation Current(string stamp)
    {
        var current = Volatile.Read(ref _current);
        if (string.Equals(current.Stamp, stamp, StringComparison.Ordinal) && Volatile.Read(ref current.Bytes) <= Most)
        {
            return current;
        }

        var fresh = new Generation(stamp);
        Volatile.Write(ref _current, fresh);
        return fresh;
    }

    private readonly record struct Key(string Path, string Host, string Scheme, string Encoding);

    private sealed record Page(StringValues Tag, string? ContentType, StringValues Encoding, KeyValuePair<string, StringValues>[] Headers, byte[] Body);

    private sealed record Place(Generation Generation, Key Key);

    private sealed class Generation(string stamp)
    {
        public long Bytes;

        public string Stamp { get; } = stamp;

        public ConcurrentDictionary<Key, Page> Pages { get; } = [];
    }
}

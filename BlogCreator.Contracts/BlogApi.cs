using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BlogCreator.Contracts;

/// <summary>
/// The typed client of the API: all that Web knows of Api. A call answers null where the API answers 404; every other
/// refusal is an <see cref="ApiProblemException"/> that carries the problem details.
/// </summary>
public sealed class BlogApi(HttpClient http)
{
    /// <summary>How every message of the API is written and read.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    public async Task<SiteDetails> GetSite(CancellationToken cancel) => (await Get<SiteDetails>("api/v1/site", cancel))!;

    public async Task<SessionDetails?> GetSession(CancellationToken cancel) => await Get<SessionDetails>("api/v1/session", cancel);

    /// <summary>The raw answer: its <c>Set-Cookie</c> header is what a sign-in page relays.</summary>
    public Task<HttpResponseMessage> SetUp(SetupRequest request, CancellationToken cancel) => http.PostAsJsonAsync("api/v1/setup", request, Json, cancel);

    /// <inheritdoc cref="SetUp"/>
    public Task<HttpResponseMessage> SignIn(SignInRequest request, CancellationToken cancel) => http.PostAsJsonAsync("api/v1/session", request, Json, cancel);

    /// <inheritdoc cref="SetUp"/>
    public Task<HttpResponseMessage> SignOut(CancellationToken cancel) => http.DeleteAsync(new Uri("api/v1/session", UriKind.Relative), cancel);

    public async Task<IReadOnlyList<KeySummary>> ListKeys(CancellationToken cancel) => (await Get<IReadOnlyList<KeySummary>>("api/v1/keys", cancel)) ?? [];

    public Task<CreatedKey> CreateKey(CreateKeyRequest request, CancellationToken cancel) => Send<CreatedKey>(HttpMethod.Post, "api/v1/keys", request, cancel);

    public Task DeleteKey(Guid id, CancellationToken cancel) => Send(HttpMethod.Delete, $"api/v1/keys/{id}", null, cancel);

    public async Task<Page<DocumentDetails>> ListDocuments(string? after, CancellationToken cancel) => (await Get<Page<DocumentDetails>>("api/v1/documents" + After(after), cancel))!;

    /// <param name="query">Words of the name or title; null for all.</param>
    public async Task<Page<DocumentDetails>> ListDocuments(string? after, string? query, DocumentStatus? status, CancellationToken cancel) =>
        (await Get<Page<DocumentDetails>>($"api/v1/documents?q={Uri.EscapeDataString(query ?? "")}&status={status?.ToString().ToLowerInvariant()}" + (after is null ? "" : "&after=" + Uri.EscapeDataString(after)), cancel))!;

    public Task<DocumentDetails?> GetDocument(Guid id, CancellationToken cancel) => Get<DocumentDetails>($"api/v1/documents/{id}", cancel);

    public Task DeleteDocument(Guid id, CancellationToken cancel) => Send(HttpMethod.Delete, $"api/v1/documents/{id}", null, cancel);

    public Task<DocumentDetails> RestoreDocument(Guid id, CancellationToken cancel) => Send<DocumentDetails>(HttpMethod.Post, $"api/v1/documents/{id}/restore", null, cancel);

    public Task CancelReading(Guid id, CancellationToken cancel) => Send(HttpMethod.Post, $"api/v1/documents/{id}/cancel", null, cancel);

    public Task<DocumentDetails> RetryReading(Guid id, CancellationToken cancel) => Send<DocumentDetails>(HttpMethod.Post, $"api/v1/documents/{id}/retry", null, cancel);

    public Task<Page<PassageDetails>?> ListPassages(Guid id, string? after, CancellationToken cancel) => Get<Page<PassageDetails>>($"api/v1/documents/{id}/passages" + After(after), cancel);

    /// <summary>The passages from a page of the original on.</summary>
    public Task<Page<PassageDetails>?> ListPassages(Guid id, int page, CancellationToken cancel) => Get<Page<PassageDetails>>($"api/v1/documents/{id}/passages?page={page.ToString(System.Globalization.CultureInfo.InvariantCulture)}", cancel);

    public Task<GenerationDetails> StartGeneration(BriefDetails brief, CancellationToken cancel) => Send<GenerationDetails>(HttpMethod.Post, "api/v1/generations", brief, cancel);

    public Task<GenerationDetails> StartGeneration(StartGenerationRequest request, CancellationToken cancel) => Send<GenerationDetails>(HttpMethod.Post, "api/v1/generations", request, cancel);

    public Task<GenerationDetails> EditOutline(Guid id, EditOutlineRequest request, CancellationToken cancel) => Send<GenerationDetails>(HttpMethod.Put, $"api/v1/generations/{id}/outline", request, cancel);

    public Task<GenerationDetails> ResumeGeneration(Guid id, CancellationToken cancel) => Send<GenerationDetails>(HttpMethod.Post, $"api/v1/generations/{id}/resume", null, cancel);

    public async Task<WriterDetails> GetWriter(CancellationToken cancel) => (await Get<WriterDetails>("api/v1/writer", cancel))!;

    public Task<GenerationDetails> RewriteSection(Guid postId, RewriteRequest request, CancellationToken cancel) => Send<GenerationDetails>(HttpMethod.Post, $"api/v1/posts/{postId}/rewrites", request, cancel);

    public async Task<Page<GenerationDetails>> ListGenerations(string? after, CancellationToken cancel) => (await Get<Page<GenerationDetails>>("api/v1/generations" + After(after), cancel))!;

    public Task<GenerationDetails?> GetGeneration(Guid id, CancellationToken cancel) => Get<GenerationDetails>($"api/v1/generations/{id}", cancel);

    public Task CancelGeneration(Guid id, CancellationToken cancel) => Send(HttpMethod.Post, $"api/v1/generations/{id}/cancel", null, cancel);

    public async Task<Page<PostSummary>> ListPosts(string? after, CancellationToken cancel) => (await Get<Page<PostSummary>>("api/v1/posts" + After(after), cancel))!;

    public async Task<Page<PostSummary>> FindPosts(PostStatus? status, string? words, string? after, CancellationToken cancel) =>
        (await Get<Page<PostSummary>>($"api/v1/posts?status={status?.ToString().ToLowerInvariant()}&q={Uri.EscapeDataString(words ?? "")}{After(after).Replace('?', '&')}", cancel))!;

    public async Task<PostCounts> CountPosts(CancellationToken cancel) => (await Get<PostCounts>("api/v1/posts/counts", cancel))!;

    public Task<PostDetails?> GetPost(Guid id, CancellationToken cancel) => Get<PostDetails>($"api/v1/posts/{id}", cancel);

    public Task<PostDetails> CreatePost(CreatePostRequest request, CancellationToken cancel) => Send<PostDetails>(HttpMethod.Post, "api/v1/posts", request, cancel);

    public Task<PostDetails> EditPost(Guid id, EditPostRequest request, CancellationToken cancel) => Send<PostDetails>(HttpMethod.Put, $"api/v1/posts/{id}", request, cancel);

    public Task DeletePost(Guid id, CancellationToken cancel) => Send(HttpMethod.Delete, $"api/v1/posts/{id}", null, cancel);

    public Task<PostDetails> Publish(Guid id, PublishRequest request, CancellationToken cancel) => Send<PostDetails>(HttpMethod.Put, $"api/v1/posts/{id}/publication", request, cancel);

    public Task Unpublish(Guid id, CancellationToken cancel) => Send(HttpMethod.Delete, $"api/v1/posts/{id}/publication", null, cancel);

    public Task CancelSchedule(Guid id, CancellationToken cancel) => Send(HttpMethod.Delete, $"api/v1/posts/{id}/schedule", null, cancel);

    public Task Archive(Guid id, CancellationToken cancel) => Send(HttpMethod.Put, $"api/v1/posts/{id}/archive", null, cancel);

    public Task<PostDetails> RestorePost(Guid id, CancellationToken cancel) => Send<PostDetails>(HttpMethod.Post, $"api/v1/posts/{id}/restore", null, cancel);

    public Task<Page<VersionSummary>?> ListVersions(Guid id, string? after, CancellationToken cancel) => Get<Page<VersionSummary>>($"api/v1/posts/{id}/versions" + After(after), cancel);

    public Task<VersionDetails?> GetVersion(Guid id, int number, CancellationToken cancel) => Get<VersionDetails>($"api/v1/posts/{id}/versions/{number}", cancel);

    public Task<PostDetails> RestoreVersion(Guid id, int number, RestoreVersionRequest request, CancellationToken cancel) => Send<PostDetails>(HttpMethod.Post, $"api/v1/posts/{id}/versions/{number}/restore", request, cancel);

    public Task<SiteDetails> EditSite(EditSiteRequest request, CancellationToken cancel) => Send<SiteDetails>(HttpMethod.Put, "api/v1/site", request, cancel);

    public Task<SessionDetails> EditProfile(EditProfileRequest request, CancellationToken cancel) => Send<SessionDetails>(HttpMethod.Put, "api/v1/profile", request, cancel);

    public Task<SamplesDetails> AddSamples(CancellationToken cancel) => Send<SamplesDetails>(HttpMethod.Post, "api/v1/samples", null, cancel);

    public async Task<OperationsReport> GetOperations(CancellationToken cancel) => (await Get<OperationsReport>("api/v1/operations", cancel))!;

    /// <param name="months">How many, with this one.</param>
    public async Task<UsageReport> GetUsage(int months, CancellationToken cancel) =>
        (await Get<UsageReport>(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"api/v1/operations/usage?months={months}"), cancel))!;

    public Task RetryJob(Guid id, CancellationToken cancel) => Send(HttpMethod.Post, $"api/v1/operations/jobs/{id}/retry", null, cancel);

    public Task<RetriedJobs> RetryDeadJobs(CancellationToken cancel) => Send<RetriedJobs>(HttpMethod.Post, "api/v1/operations/jobs/retry", null, cancel);

    /// <param name="kind">The <see cref="FailureDetails.Kind"/>.</param>
    public Task RetryFailure(string kind, Guid id, CancellationToken cancel) => Send(HttpMethod.Post, $"api/v1/operations/failures/{Uri.EscapeDataString(kind)}/{id}/retry", null, cancel);

    public Task<PreviewDetails> Preview(Guid id, PreviewRequest request, CancellationToken cancel) => Send<PreviewDetails>(HttpMethod.Post, $"api/v1/posts/{id}/preview", request, cancel);

    public async Task<SearchResults> Search(string query, string scope, string? after, CancellationToken cancel) =>
        (await Get<SearchResults>($"api/v1/search?q={Uri.EscapeDataString(query)}&scope={scope}" + (after is null ? "" : "&after=" + Uri.EscapeDataString(after)), cancel))!;

    public Task<Page<PublicPostSummary>> ListPublicPosts(string? after, CancellationToken cancel) => ListPublicPosts(new PublicPostsQuery(), after, cancel);

    public async Task<Page<PublicPostSummary>> ListPublicPosts(PublicPostsQuery which, string? after, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(which);
        var query = new List<string>();
        Add("after", after);
        Add("tag", which.Tag);
        Add("author", which.Author);
        Add("year", which.Year?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("full", which.Full ? "true" : null);
        return (await Get<Page<PublicPostSummary>>("api/v1/public/posts" + (query.Count == 0 ? "" : "?" + string.Join('&', query)), cancel))!;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                query.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }
    }

    public async Task<IReadOnlyList<TagDetails>> ListTags(CancellationToken cancel) => (await Get<IReadOnlyList<TagDetails>>("api/v1/public/tags", cancel)) ?? [];

    public Task<AuthorProfile?> GetAuthor(string handle, CancellationToken cancel) => Get<AuthorProfile>($"api/v1/public/authors/{Uri.EscapeDataString(handle)}", cancel);

    public async Task<IReadOnlyList<ArchiveYear>> GetArchive(CancellationToken cancel) => (await Get<IReadOnlyList<ArchiveYear>>("api/v1/public/archive", cancel)) ?? [];

    public async Task<PostAddresses> ListPostAddresses(int part, CancellationToken cancel) =>
        (await Get<PostAddresses>(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"api/v1/public/addresses?part={part}"), cancel))!;

    /// <summary>Whether a post that is not published any more had this address.</summary>
    public async Task<bool> IsWithdrawn(string slug, CancellationToken cancel) => await Get<PostAddress>($"api/v1/public/withdrawn/{Uri.EscapeDataString(slug)}", cancel) is not null;

    /// <summary>
    /// What changes for readers, from a number on; null now and then while nothing does. Ends when the API ends it, and throws
    /// when it goes away.
    /// </summary>
    public async IAsyncEnumerable<ContentChangeDetails?> FollowChanges(long after, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"api/v1/public/changes?after={after}"));
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        await ThrowUnlessSuccess(answer, cancel);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
        await foreach (var item in SseParser.Create(stream, (_, data) => data.IsEmpty ? null : JsonSerializer.Deserialize<ContentChangeDetails?>(data, Json)).EnumerateAsync(cancel))
        {
            yield return item.Data;
        }
    }

    public Task<PublicPost?> GetPublicPost(string slug, CancellationToken cancel) => Get<PublicPost>($"api/v1/public/posts/{Uri.EscapeDataString(slug)}", cancel);

    public Task<PublicEvidence?> GetPublicEvidence(string slug, CancellationToken cancel) => Get<PublicEvidence>($"api/v1/public/posts/{Uri.EscapeDataString(slug)}/evidence", cancel);

    private static string After(string? after) => after is null ? "" : "?after=" + Uri.EscapeDataString(after);

    private async Task<T?> Get<T>(string path, CancellationToken cancel)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), cancel);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return default;
        }

        await ThrowUnlessSuccess(answer, cancel);
        return await answer.Content.ReadFromJsonAsync<T>(Json, cancel);
    }

    private async Task<T> Send<T>(HttpMethod method, string path, object? body, CancellationToken cancel)
    {
        using var answer = await Request(method, path, body, cancel);
        return (await answer.Content.ReadFromJsonAsync<T>(Json, cancel))!;
    }

    private async Task Send(HttpMethod method, string path, object? body, CancellationToken cancel) => (await Request(method, path, body, cancel)).Dispose();

    private async Task<HttpResponseMessage> Request(HttpMethod method, string path, object? body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body, body.GetType(), options: Json);
        }

        var answer = await http.SendAsync(request, cancel);
        await ThrowUnlessSuccess(answer, cancel);
        return answer;
    }

    private static async Task ThrowUnlessSuccess(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (answer.IsSuccessStatusCode)
        {
            return;
        }

        ApiProblem? problem = null;
        if (answer.Content.Headers.ContentType?.MediaType is "application/problem+json" or "application/json")
        {
            problem = await answer.Content.ReadFromJsonAsync<ApiProblem>(Json, cancel);
        }

        throw new ApiProblemException(answer.StatusCode, problem ?? new ApiProblem(null, answer.ReasonPhrase, (int)answer.StatusCode, null));
    }
}

/// <summary>RFC 9457 problem details as the API writes them.</summary>
public sealed record ApiProblem(string? Type, string? Title, int? Status, string? Detail)
{
    /// <summary>Field errors, claims that hold a publication, and whatever else a problem carries.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; init; }
}

/// <summary>The API refused; <see cref="Problem"/> says why and what to do.</summary>
public sealed class ApiProblemException(HttpStatusCode status, ApiProblem problem)
    : Exception(problem.Detail ?? problem.Title ?? status.ToString())
{
    public HttpStatusCode Status { get; } = status;

    public ApiProblem Problem { get; } = problem;
}

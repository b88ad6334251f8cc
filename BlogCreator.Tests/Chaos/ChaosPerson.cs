using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Chaos;

/// <summary>What a person was told is stored.</summary>
public sealed record Accepted(Guid DocumentId, string Sha256, int Size, Guid GenerationId, Guid PostId);

/// <summary>
/// Does the main job over and over: upload, read, generate, publish now or later. A request that gets no answer, or a
/// failure of the service, is sent again to one replica or the other, as a browser would.
/// </summary>
internal sealed class ChaosPerson(IReadOnlyList<ApiProcess> replicas, AuthenticationHeaderValue key, int seed, CancellationToken noMore)
{
    public static readonly string[] Phases = ["upload", "read", "generate", "publish", "schedule"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private static readonly string[] Things = ["tide", "harbour", "bridge", "lantern", "ferry", "pier", "mill", "orchard"];
    private static readonly string[] Places = ["Marlow", "Northgate", "Ostend", "Visby", "Kirkwall", "Cadiz"];
    private readonly Random _random = new(seed);

    /// <summary>What they wait for now; read by whoever chooses the moment of a fault.</summary>
    public volatile string Phase = "";

    public List<Accepted> Done { get; } = [];

    public List<string> Notes { get; } = [];

    public int Repeated { get; private set; }

    public async Task Work()
    {
        while (!noMore.IsCancellationRequested)
        {
            await Once();
        }

        Phase = "";
    }

    private async Task Once()
    {
        var bytes = Encoding.UTF8.GetBytes(Document());
        Phase = "upload";
        var document = await Insist<DocumentDetails>(() => new(HttpMethod.Post, "/api/v1/documents/upload")
        {
            Content = new MultipartFormDataContent { { new ByteArrayContent(bytes), "file", $"notes-{Done.Count}.md" } },
        });

        Phase = "read";
        await Until<DocumentDetails>($"/api/v1/documents/{document.Id}", async now =>
        {
            if (now.Status == DocumentStatus.Failed)
            {
                Notes.Add($"reading failed: {now.ReasonCode}");
                await Insist<DocumentDetails>(() => new(HttpMethod.Post, $"/api/v1/documents/{document.Id}/retry"), HttpStatusCode.Conflict);
            }

            return now.Status == DocumentStatus.Ready;
        });

        Phase = "generate";
        var once = Guid.NewGuid().ToString();
        var generation = await Insist<GenerationDetails>(() => new(HttpMethod.Post, "/api/v1/generations")
        {
            Content = JsonContent.Create(new { documentIds = new[] { document.Id }, length = "short" }),
            Headers = { { "Idempotency-Key", once } },
        });
        var ended = await Until<GenerationDetails>($"/api/v1/generations/{generation.Id}", now => Task.FromResult(now.FinishedAt is not null));
        Assert.True(ended.Status == GenerationStatus.Completed, $"Generation {generation.Id} ended as {ended.Status}: {ended.ErrorCode} {ended.Error}");
        var post = ended.PostId!.Value;

        var later = _random.Next(3) == 0;
        Phase = later ? "schedule" : "publish";
        DateTimeOffset? at = later ? TimeProvider.System.GetUtcNow().AddSeconds(3) : null;
        await Insist<PostDetails>(
            () =>
            {
                // By the time a repeated request arrives its moment may have passed: then the post is out already, or is given another.
                at = at < TimeProvider.System.GetUtcNow().AddSeconds(1) ? TimeProvider.System.GetUtcNow().AddSeconds(3) : at;
                return new(HttpMethod.Put, $"/api/v1/posts/{post}/publication") { Content = JsonContent.Create(new PublishRequest(at, "A test."), options: BlogApi.Json) };
            },
            HttpStatusCode.Conflict,
            // Its first answer may have been lost, and a post that is out is not scheduled once more.
            again: later ? async () => (await Until<PostDetails>($"/api/v1/posts/{post}", _ => Task.FromResult(true))).Status != PostStatus.Draft : null);
        await Until<PostDetails>($"/api/v1/posts/{post}", now => Task.FromResult(now.Status == PostStatus.Published));
        Done.Add(new Accepted(document.Id, Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length, generation.Id, post));
    }

    /// <summary>
    /// Sends it until it is accepted; <paramref name="alsoFine"/> is an answer that says that it was before, and
    /// <paramref name="again"/> looks for that before it is sent once more.
    /// </summary>
    private async Task<T> Insist<T>(Func<HttpRequestMessage> request, HttpStatusCode? alsoFine = null, Func<Task<bool>>? again = null)
        where T : class
    {
        using var end = new CancellationTokenSource(Patience);
        for (var attempt = 0; ; attempt++)
        {
            if (attempt > 0)
            {
                Repeated++;
                await Task.Delay(TimeSpan.FromMilliseconds(200), end.Token);
                if (again is not null && await again())
                {
                    return null!;
                }
            }

            if (await Try(request(), end.Token) is not { } answer)
            {
                continue;
            }

            using (answer)
            {
                if (answer.IsSuccessStatusCode)
                {
                    try
                    {
                        return (await answer.Content.ReadFromJsonAsync<T>(BlogApi.Json, end.Token))!;
                    }
                    catch (Exception cut) when (cut is HttpRequestException or IOException)
                    {
                        continue;
                    }
                }

                if (answer.StatusCode == alsoFine)
                {
                    return null!;
                }

                // No room on the disk, or a replica on its way up or down: a person tries again. Anything else is a fault.
                var words = await answer.Content.ReadAsStringAsync(end.Token);
                Assert.True(answer.StatusCode >= HttpStatusCode.InternalServerError || words.Contains("incomplete-upload", StringComparison.Ordinal) || words.Contains("schedule-in-the-past", StringComparison.Ordinal), $"{Phase}: {answer.StatusCode} {words}");
                if (attempt == 0)
                {
                    Notes.Add($"{Phase}: {(int)answer.StatusCode}");
                }
            }
        }
    }

    private async Task<T> Until<T>(string address, Func<T, Task<bool>> enough)
        where T : class
    {
        using var end = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                using var answer = await Try(new(HttpMethod.Get, address), end.Token);
                if (answer is { IsSuccessStatusCode: true } && await answer.Content.ReadFromJsonAsync<T>(BlogApi.Json, end.Token) is { } now && await enough(now))
                {
                    return now;
                }

                Assert.False(answer?.StatusCode is HttpStatusCode.NotFound, $"{address} was accepted and is gone.");
            }
            catch (Exception cut) when (cut is HttpRequestException or IOException)
            {
                // In the middle of the answer.
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                Assert.Fail($"{address} did not come to its end.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(150), CancellationToken.None);
        }
    }

    private async Task<HttpResponseMessage?> Try(HttpRequestMessage request, CancellationToken cancel)
    {
        using (request)
        {
            request.Headers.Authorization = key;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(TimeSpan.FromSeconds(20));
            try
            {
                return await replicas[_random.Next(replicas.Count)].Client.SendAsync(request, patience.Token);
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException || (lost is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                return null;
            }
        }
    }

    /// <summary>Never the same twice, from a page to a booklet.</summary>
    private string Document()
    {
        var text = new StringBuilder("# Notes ").Append(Guid.NewGuid()).Append('\n');
        var sections = _random.Next(3, 12);
        for (var section = 0; section < sections; section++)
        {
            var thing = Things[(section + _random.Next(3)) % Things.Length];
            text.Append(CultureInfo.InvariantCulture, $"\n## The {thing} of {Places[_random.Next(Places.Length)]}\n\n");
            for (var sentence = _random.Next(6, 40); sentence > 0; sentence--)
            {
                text.Append(CultureInfo.InvariantCulture, $"The {thing} of {Places[_random.Next(Places.Length)]} was measured {_random.Next(2, 900)} times in {_random.Next(1850, 2020)}, and the {Things[_random.Next(Things.Length)]} stood {_random.Next(2, 90)} metres from it. ");
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}

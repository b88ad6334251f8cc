using System.Diagnostics;
using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Api.Search.Elastic;
using BlogCreator.Api.Search.Embeddings;
using BlogCreator.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Search;

/// <summary>
/// The command <c>reindex</c>: fills new indices with everything and lets readers ask them instead of the old ones. The service
/// may run beside it. Interrupted, it is run again and goes on; so does a running service.
/// </summary>
internal static class Reindex
{
    private const int MostFailures = 20;
    private const int TellEvery = 5000;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    public static async Task<int> Run(string[] args, TextWriter output)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, EnvironmentName = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") });
        builder.AddCommandDefaults();
        builder.AddData();
        builder.AddSearchEngine();
        using var host = builder.Build();
        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            interrupted.Cancel();
        };
        try
        {
            return await Run(host.Services, output, interrupted.Token);
        }
        catch (OptionsValidationException wrong)
        {
            await output.WriteLineAsync(string.Join(Environment.NewLine, wrong.Failures));
            return 2;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            await output.WriteLineAsync("Interrupted. Run it again to go on; a running service goes on by itself.");
            return 130;
        }
    }

    internal static async Task<int> Run(IServiceProvider services, TextWriter output, CancellationToken cancel)
    {
        var options = services.GetRequiredService<IOptions<SearchOptions>>().Value;
        if (!options.IsSet)
        {
            await output.WriteLineAsync("ConnectionStrings__elasticsearch is not set. The database's own index is always up to date; there is nothing to rebuild.");
            return 2;
        }

        var watch = Stopwatch.StartNew();
        using var scope = services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        var keep = scope.ServiceProvider.GetRequiredService<KeepIndexes>();
        var fill = scope.ServiceProvider.GetRequiredService<FillIndex>();
        IndexShape? shape = null;
        SearchIndex? index = null;
        long told = -TellEvery;
        for (var failures = 0; ;)
        {
            try
            {
                if (shape is null || index is null)
                {
                    await output.WriteLineAsync($"Elasticsearch {await scope.ServiceProvider.GetRequiredService<ElasticClient>().Info(cancel)}.");
                    shape = await FollowChanges.Shape(db, scope.ServiceProvider.GetRequiredService<EmbedTexts>(), options, cancel);
                    index = await keep.Begin(shape, cancel);
                    await output.WriteLineAsync(index.Filled > 0
                        ? string.Create(CultureInfo.InvariantCulture, $"Going on with {Names(shape, index)}, begun {index.CreatedAt:u}, after {index.Filled:N0} documents.")
                        : $"Filling {Names(shape, index)}{(shape.Vectors is null ? "" : ", with vectors")}.");
                }

                if (!await fill.Run(index.Id, shape, Tell, cancel)
                    && await db.SearchIndexes.AsNoTracking().SingleOrDefaultAsync(row => row.Id == index.Id, cancel) is { State: SearchIndexState.Filling } filling)
                {
                    // A running service is at it already.
                    Tell(filling.Filled);
                    await Task.Delay(LookAgain, cancel);
                    continue;
                }

                await keep.Settle(shape, cancel);
                break;
            }
            catch (ElasticException failure) when (++failures < MostFailures)
            {
                var wait = failure.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, failures - 1)));
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{failure.Message} Trying again in {wait.TotalSeconds:0} s."));
                await Task.Delay(wait, cancel);
            }
            catch (ElasticException failure)
            {
                await output.WriteLineAsync($"{failure.Message} Given up. What was filled is kept: run it again to go on.");
                return 1;
            }
        }

        var id = index.Id;
        var (posts, passages) = (await db.Database.SqlQuery<int>($"""SELECT CAST(COUNT(*) AS integer) AS "Value" FROM "Posts" WHERE "PublishedVersion" IS NOT NULL""").SingleAsync(cancel), await Passages(db, cancel));
        var refused = await db.SearchChanges.CountAsync(change => change.IndexId == id && change.RejectedAt != null, cancel);
        var waiting = await db.SearchChanges.CountAsync(change => change.IndexId == id && change.RejectedAt == null, cancel);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Done in {watch.Elapsed.TotalSeconds:0.0} s: {posts:N0} posts and {passages:N0} passages. Readers now ask {Names(shape, index)}. Changes waiting: {waiting}; refused: {refused}."));
        return refused == 0 ? 0 : 1;

        void Tell(long filled)
        {
            if (filled - told >= TellEvery)
            {
                told = filled;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{filled:N0} documents, {watch.Elapsed.TotalSeconds:0} s"));
            }
        }
    }

    private static string Names(IndexShape shape, SearchIndex index) => string.Join(" and ", IndexKinds.All.Select(kind => shape.Index(kind, index.Version, index.Id)));

    private static Task<int> Passages(BlogDb db, CancellationToken cancel) =>
        db.Database.SqlQuery<int>($"""SELECT CAST(COUNT(*) AS integer) AS "Value" FROM "Passages" p JOIN "Documents" d ON d."Id" = p."DocumentId" WHERE d."DeletedAt" IS NULL""").SingleAsync(cancel);
}

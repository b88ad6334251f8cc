using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using Aspire.Hosting.Testing;
using BlogCreator.Contracts;
using BlogCreator.Tests.AppHost;
using BlogCreator.Tests.MainJob;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Documents;

[Collection(WholeApps.Name)]
public sealed class KilledServiceTests
{
    [Fact]
    public async Task A_service_killed_while_it_reads_finishes_the_document_once()
    {
        await using var app = await RunningApp.Start();
        await app.SetUp();
        var text = string.Join("\n\n", Enumerable.Range(0, 20_000).Select(number => $"Station {number} measured a tide of {number % 700} centimetres and reported it to the harbour the same evening."));
        var document = await app.Upload("tides.txt", Encoding.UTF8.GetBytes(text));
        await Eventually.Gives(() => Ask(app, document.Id), found => found.Status != DocumentStatus.Queued);

        var before = app.App.GetProcessId("api");
        using (var service = Process.GetProcessById(before))
        {
            service.Kill();
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await app.App.WaitForRestartAsync("api", before, patience.Token);
        var ended = await Eventually.Gives(() => Ask(app, document.Id), found => found.Status is DocumentStatus.Ready or DocumentStatus.Failed);
        Assert.Equal((DocumentStatus.Ready, null), (ended.Status, ended.Reason));

        var orders = new List<int>();
        var after = "";
        do
        {
            var page = (await app.Client.GetFromJsonAsync<Page<PassageDetails>>($"/api/v1/documents/{document.Id}/passages?limit=100{after}", BlogApi.Json))!;
            orders.AddRange(page.Items.Select(passage => passage.Order));
            after = page.Next is { } next ? "&after=" + next : "";
        }
        while (after.Length > 0);
        Assert.Equal(Enumerable.Range(0, ended.Passages), orders);
    }

    private static async Task<DocumentDetails> Ask(RunningApp app, Guid id) =>
        (await app.Client.GetFromJsonAsync<DocumentDetails>($"/api/v1/documents/{id}", BlogApi.Json))!;
}

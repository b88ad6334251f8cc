using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Documents.Files;

/// <summary>However large a file is, it passes through in pieces.</summary>
public sealed class LargeUploadTests : IAsyncLifetime
{
    private const int Size = 200 << 20;

    // Of the whole process, with all that a first large upload brings along; the file is twice that.
    private const long MostGrowth = 100 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public Task A_file_of_200_megabytes_is_never_in_memory_on_its_way_to_a_folder() =>
        Upload(new() { ["Storage__Path"] = Path.Combine(_folder, "files") });

    [Fact]
    public async Task A_file_of_200_megabytes_is_never_in_memory_on_its_way_to_a_bucket_and_back()
    {
        S3Server.SkipUnlessThere();
        await using var server = await S3Server.Start();
        await Upload(server.Settings(server.NewBucket()).ToDictionary(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value));
        Assert.Empty(server.Altered);
    }

    private async Task Upload(Dictionary<string, string> settings)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The most memory that a process has used is asked of Linux.");
        settings["ConnectionStrings__blogdb"] = $"Data Source={Path.Combine(_folder, "blog.db")}";
        settings["DataProtection__Path"] = Path.Combine(_folder, "keys");
        settings["Storage__WorkPath"] = Path.Combine(_folder, "work");
        settings["Uploads__MaxBytes"] = (Size + 1).ToString(CultureInfo.InvariantCulture);
        var (exitCode, output) = await ApiProcess.Run(settings, "migrate");
        Assert.True(exitCode == 0, output);
        await using var api = await ApiProcess.Start(settings);
        await SignIn(api.Client);
        await UploadAndFetch(api.Client, 1 << 20);

        var before = await MostMemory(api.ProcessId);
        await UploadAndFetch(api.Client, Size);
        var growth = await MostMemory(api.ProcessId) - before;
        Assert.True(growth < MostGrowth, string.Create(CultureInfo.InvariantCulture, $"The process grew by {growth >> 20} MB. {api.Output}"));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"grew by {growth >> 20} MB"));
    }

    private static async Task UploadAndFetch(HttpClient client, int size)
    {
        using var form = new MultipartFormDataContent { { new StreamContent(new Zeros(size), 1 << 16), "file", "large.pdf" } };
        using var uploaded = await client.PostAsync("/api/v1/documents/upload", form);
        var document = await client.Read(uploaded);
        Assert.Equal("content-mismatch", document.ReasonCode);
        await using var original = await client.GetStreamAsync($"/api/v1/documents/{document.Id}/original");
        var buffer = new byte[1 << 16];
        long received = 0;
        while (await original.ReadAsync(buffer) is > 0 and var read)
        {
            received += read;
        }

        Assert.Equal(size, received);
    }

    private static async Task SignIn(HttpClient client)
    {
        using var made = await client.PostAsJsonAsync("/api/v1/setup", new SetupRequest("ada@example.org", "correct horse battery", "Notes"), BlogApi.Json);
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        using var ask = new HttpRequestMessage(HttpMethod.Post, "/api/v1/keys") { Content = JsonContent.Create(new { name = "test" }) };
        ask.Headers.Add("Cookie", made.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        using var answer = await client.SendAsync(ask);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var key = (await answer.Content.ReadFromJsonAsync<Dictionary<string, System.Text.Json.JsonElement>>())!["key"].GetString();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    private static async Task<long> MostMemory(int process)
    {
        var line = (await File.ReadAllLinesAsync($"/proc/{process}/status")).Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>That many bytes of nothing, made as they are read.</summary>
    private sealed class Zeros(long size) : Stream
    {
        private long _left = size;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, _left);
            Array.Clear(buffer, offset, read);
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

using BlogCreator.Api.Documents;
using BlogCreator.Api.Documents.Files;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.Documents.Files;

public sealed class StorageOptionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_or_a_bucket_alone_is_accepted()
    {
        Assert.Empty(Wrong(new() { Path = _folder }));
        Assert.Empty(Wrong(Bucket(new() { Bucket = "files", Region = "eu-central-1" })));
        Assert.Empty(Wrong(Bucket(new() { Bucket = "files", Endpoint = "http://127.0.0.1:9000", AccessKey = "a", SecretKey = "b", ServerSideEncryption = "aws:kms" })));
    }

    [Fact]
    public void Both_are_refused_by_name()
    {
        var both = Bucket(new() { Bucket = "files", Region = "eu-central-1" });
        both.Path = _folder;
        var wrong = Assert.Single(Wrong(both));
        Assert.Contains("Storage:Path", wrong, StringComparison.Ordinal);
        Assert.Contains("Storage:S3:Bucket", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_bucket_is_refused_by_name()
    {
        Assert.Contains(Wrong(new() { Path = _folder, S3 = { Endpoint = "http://127.0.0.1:9000" } }), wrong => wrong.StartsWith("Storage:S3:Endpoint is set, but Storage:S3:Bucket is not", StringComparison.Ordinal));
        Assert.Contains(Wrong(new() { Path = _folder, S3 = { SecretKey = "x" } }), wrong => wrong.StartsWith("Storage:S3:SecretKey", StringComparison.Ordinal));
        var all = Wrong(Bucket(new() { Bucket = "files", AccessKey = "a", ServerSideEncryption = "rot13" }), 6L << 30);
        foreach (var setting in (string[])["Storage:S3:SecretKey", "Storage:S3:Region", "Storage:S3:ServerSideEncryption", "Uploads:MaxBytes"])
        {
            Assert.Contains(all, wrong => wrong.Contains(setting, StringComparison.Ordinal));
        }

        Assert.Contains(Wrong(Bucket(new() { Bucket = "files", Endpoint = "s3.example.org" })), wrong => wrong.StartsWith("Storage:S3:Endpoint", StringComparison.Ordinal));
        Assert.DoesNotContain(all, wrong => wrong.Contains("rot13", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_cannot_be_is_refused()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        Assert.StartsWith("Storage:Path", Assert.Single(Wrong(new() { Path = Path.Combine(file, "files") })), StringComparison.Ordinal);
        Assert.StartsWith("Storage:WorkPath", Assert.Single(Wrong(new() { Path = _folder, WorkPath = Path.Combine(file, "work") })), StringComparison.Ordinal);
    }

    private StorageOptions Bucket(S3Options bucket) => new() { S3 = bucket, WorkPath = Path.Combine(_folder, "work") };

    private static string[] Wrong(StorageOptions options, long maxBytes = 1000) =>
        [.. new CheckStorageOptions(Options.Create(new UploadOptions { MaxBytes = maxBytes })).Validate(null, options).Failures ?? []];
}

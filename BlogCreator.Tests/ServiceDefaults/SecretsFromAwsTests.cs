using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BlogCreator.ServiceDefaults.Secrets;
using BlogCreator.Tests.Search;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.Tests.ServiceDefaults;

/// <summary>
/// AWS cannot be asked where these tests run. A server on loopback stands for it, which checks each signature by its own reading of the
/// published rules and answers in the forms of the API reference of Secrets Manager, STS and the instance metadata service. The
/// signature itself is held against the vectors of AWS's test suite.
/// </summary>
public sealed class SecretsFromAwsTests : IDisposable
{
    private const string Canary = "canary-91bc";
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-aws-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("GET", null, "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", null, "SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData("POST", "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==", "SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead")]
    public void It_signs_as_the_test_suite_of_aws_does(string method, string? sessionToken, string end)
    {
        var signed = AwsSignature.Sign(method, new Uri("https://example.amazonaws.com/"), new Dictionary<string, string>(), [], new AwsKey("AKIDEXAMPLE", Secret, sessionToken), "us-east-1", "service", new DateTimeOffset(2015, 8, 30, 12, 36, 0, TimeSpan.Zero));
        Assert.Equal("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " + end, signed["Authorization"]);
    }

    [Fact]
    public async Task It_reads_a_secret_with_the_credentials_of_a_file()
    {
        await using var aws = await AwsLookalike.Start();
        var file = Path.Combine(_folder, "credentials");
        await File.WriteAllTextAsync(file, $"[other]\naws_access_key_id = x\n\n[default]\n# ours\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = {Secret}\n", TestContext.Current.CancellationToken);
        using var host = Host(aws, ("AWS_SHARED_CREDENTIALS_FILE", file));
        Assert.Equal($"Host=db;Password={Canary}", Configuration(host).GetConnectionString("blogdb"));
    }

    [Fact]
    public async Task A_service_account_a_task_and_a_machine_have_credentials_with_a_session()
    {
        await using var aws = await AwsLookalike.Start();
        var token = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(token, "the-identity", TestContext.Current.CancellationToken);
        using var byServiceAccount = Host(aws, ("AWS_WEB_IDENTITY_TOKEN_FILE", token), ("AWS_ROLE_ARN", "arn:aws:iam::1:role/blog"), ("AWS_ENDPOINT_URL_STS", aws.Address + "sts"));
        using var byTask = Host(aws, ("AWS_CONTAINER_CREDENTIALS_FULL_URI", aws.Address + "task"), ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token));
        using var byMachine = Host(aws, ("AWS_EC2_METADATA_SERVICE_ENDPOINT", aws.Address.ToString()));
        Assert.All(new[] { byServiceAccount, byTask, byMachine }, host => Assert.Equal($"Host=db;Password={Canary}", Configuration(host).GetConnectionString("blogdb")));
        Assert.Equal(3, aws.WithSession);
    }

    [Theory]
    [InlineData("AccessDeniedException", "allow secretsmanager:GetSecretValue")]
    [InlineData("ResourceNotFoundException", "there is no such secret in this region")]
    [InlineData("DecryptionFailure", "allow kms:Decrypt")]
    [InlineData("com.amazonaws.secretsmanager#ThrottlingException", "is not ready")]
    public async Task A_refusal_says_what_to_do_and_no_value(string error, string said)
    {
        await using var aws = await AwsLookalike.Start();
        aws.Error = error;
        var message = Assert.Throws<InvalidOperationException>(() => Host(aws, Keys)).Message;
        Assert.Contains("postgres-password is missing", message, StringComparison.Ordinal);
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_a_secret_that_is_no_object_and_no_credentials_at_all_are_told_apart()
    {
        await using var aws = await AwsLookalike.Start();
        Assert.Contains("the signature was refused", Assert.Throws<InvalidOperationException>(() => Host(aws, ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "wrong"))).Message, StringComparison.Ordinal);
        Assert.Contains("no credentials were found", Assert.Throws<InvalidOperationException>(() => Host(aws, ("AWS_EC2_METADATA_DISABLED", "true"))).Message, StringComparison.Ordinal);
        aws.Text = $"\"{Canary}\"";
        var message = Assert.Throws<InvalidOperationException>(() => Host(aws, Keys)).Message;
        Assert.Contains("no JSON object", message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, message, StringComparison.Ordinal);
    }

    private static (string, string)[] Keys => [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", Secret)];

    private static IConfiguration Configuration(IHost host) => (IConfiguration)host.Services.GetService(typeof(IConfiguration))!;

    private IHost Host(AwsLookalike aws, params (string Key, string Value)[] more)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(new (string Key, string Value)[]
        {
            ("Secrets:Path", Path.Combine(_folder, "none")),
            ("Secrets:StartSeconds", "0"),
            ("AwsSecrets:SecretId", "blog/production"),
            ("AwsSecrets:Region", "eu-central-1"),
            ("AwsSecrets:Endpoint", aws.Address.ToString()),
            ("ConnectionStrings:blogdb", "Host=db;Password={secret:postgres-password}"),
        }.Concat(more).Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value)));
        BlogCreator.ServiceDefaults.ServiceDefaultsExtensions.AddCommandDefaults(builder);
        return builder.Build();
    }

    private sealed class AwsLookalike : IAsyncDisposable
    {
        private Loopback? _server;

        public Uri Address => _server!.Address;

        public string? Error { get; set; }

        public string Text { get; set; } = $$"""{"postgres-password":"{{Canary}}"}""";

        public int WithSession { get; private set; }

        public static async Task<AwsLookalike> Start()
        {
            var made = new AwsLookalike();
            made._server = await Loopback.Start(made.Answer);
            return made;
        }

        public ValueTask DisposeAsync() => _server!.DisposeAsync();

        private async Task Answer(HttpContext context, Received received)
        {
            const string Key = $$"""{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"{{Secret}}","Token":"the-session","Expiration":"2099-01-01T00:00:00Z"}""";
            var headers = context.Request.Headers;
            switch (received.Method, received.Target)
            {
                case ("POST", "/sts"):
                    Assert.Contains("Action=AssumeRoleWithWebIdentity", received.Body, StringComparison.Ordinal);
                    Assert.Contains("WebIdentityToken=the-identity", received.Body, StringComparison.Ordinal);
                    await context.Response.WriteAsync($"""
                        <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>
                        <SessionToken>the-session</SessionToken><SecretAccessKey>{Secret}</SecretAccessKey><Expiration>2099-01-01T00:00:00Z</Expiration><AccessKeyId>AKIDEXAMPLE</AccessKeyId>
                        </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
                        """);
                    return;
                case ("GET", "/task") when received.Authorization == "the-identity":
                    await context.Response.WriteAsync(Key);
                    return;
                case ("PUT", "/latest/api/token") when headers.ContainsKey("X-aws-ec2-metadata-token-ttl-seconds"):
                    await context.Response.WriteAsync("the-token");
                    return;
                case ("GET", "/latest/meta-data/iam/security-credentials/") when headers["X-aws-ec2-metadata-token"] == "the-token":
                    await context.Response.WriteAsync("blog-role");
                    return;
                case ("GET", "/latest/meta-data/iam/security-credentials/blog-role") when headers["X-aws-ec2-metadata-token"] == "the-token":
                    await context.Response.WriteAsync(Key);
                    return;
                case ("POST", "/"):
                    break;
                default:
                    context.Response.StatusCode = 404;
                    return;
            }

            context.Response.ContentType = "application/x-amz-json-1.1";
            if ((Error ?? Problem(context.Request, received)) is { } error)
            {
                context.Response.StatusCode = 400;
                await context.Response.WriteAsync($$"""{"__type":"{{error}}","Message":"{{Canary}}"}""");
                return;
            }

            WithSession += headers["X-Amz-Security-Token"] == "the-session" ? 1 : 0;
            await context.Response.WriteAsJsonAsync(new { ARN = "arn:aws:secretsmanager:eu-central-1:1:secret:blog", Name = "blog/production", SecretString = Text, VersionStages = new[] { "AWSCURRENT" } }, System.Text.Json.JsonSerializerOptions.Default);
        }

        /// <summary>From what came over the wire, and nothing of what the sender made of it.</summary>
        private static string? Problem(HttpRequest request, Received received)
        {
            var authorization = received.Authorization ?? "";
            if (request.Headers["X-Amz-Target"] != "secretsmanager.GetSecretValue" || received.Body != """{"SecretId":"blog/production"}""")
            {
                return "InvalidRequestException";
            }

            var parts = authorization["AWS4-HMAC-SHA256 ".Length..].Split(", ").Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
            var scope = parts["Credential"].Split('/')[1..];
            var date = request.Headers["X-Amz-Date"].ToString();
            var sentAt = DateTimeOffset.ParseExact(date, "yyyyMMddTHHmmssZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            var names = parts["SignedHeaders"].Split(';');
            if ((TimeProvider.System.GetUtcNow() - sentAt).Duration() > TimeSpan.FromMinutes(15) || scope is not [var day, "eu-central-1", "secretsmanager", "aws4_request"] || !date.StartsWith(day, StringComparison.Ordinal)
                || !names.Contains("host") || !request.Headers.Keys.Where(name => name.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase)).All(name => names.Contains(name.ToLowerInvariant())))
            {
                return "InvalidSignatureException";
            }

            var text = new StringBuilder("POST\n/\n\n");
            foreach (var name in names)
            {
                text.Append(name).Append(':').Append(request.Headers[name].ToString()).Append('\n');
            }

            text.Append('\n').Append(parts["SignedHeaders"]).Append('\n').Append(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(received.Body))));
            var toSign = $"AWS4-HMAC-SHA256\n{date}\n{string.Join('/', scope)}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))}";
            var key = Encoding.UTF8.GetBytes("AWS4" + Secret);
            foreach (var step in scope.Append(toSign))
            {
                key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
            }

            return Convert.ToHexStringLower(key) == parts["Signature"] ? null : "InvalidSignatureException";
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BlogCreator.Tests.Platform;
using BlogCreator.Tests.ServiceDefaults;

namespace BlogCreator.Tests.Deployment;

/// <summary>The real certbot against a CA for tests, through the real nginx.</summary>
public sealed class CertificateRenewalTests
{
    private static readonly string? Missing = Edge.Missing ?? (Edge.Program("certbot") is null || Edge.Program("pebble") is null
        ? "certbot or pebble is not installed here (Debian: apt-get install certbot pebble)."
        : null);

    public CertificateRenewalTests() => Assert.SkipWhen(Missing is not null, Missing ?? "");

    [Fact]
    public async Task From_no_certificate_to_one_and_to_the_next_without_a_lost_request()
    {
        // Pebble's own names all lead to this machine, and its port 80 is wherever nginx listens.
        await using var app = await EdgeApp.Start("app");
        await using var edge = await Edge.Start(app.Address, app.Address, ("SITE_DOMAIN", Edge.Domain), ("REQUESTS_PER_SECOND", "10000"));
        await using var pebble = await Pebble.Start(edge.HttpPort);
        var own = await edge.Serial();

        var (code, output) = await pebble.Renew(edge, "once");
        Assert.True(code == 0, output);
        await Eventually.Holds(async () => await edge.Serial() != own);
        var first = await edge.Serial();
        await Eventually.Holds(async () => await edge.Metric("tls_certificate_bootstrap") == 0);
        Assert.Contains("Pebble", await Issuer(edge), StringComparison.Ordinal);

        using var enough = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(worker => NginxSwitchTests.Load(edge, worker, [app], enough.Token)).ToList();
        (code, output) = await pebble.Renew(edge, "now");
        Assert.True(code == 0, output);
        // The very one that was seen: workers of before the reload may answer once more.
        var kept = first;
        await Eventually.Holds(async () => (kept = await edge.Serial()) != first);
        await enough.CancelAsync();
        var results = await Task.WhenAll(load);
        Assert.True(results.Sum(result => result.Good) > 50);
        Assert.Empty(results.SelectMany(result => result.Bad));

        // A look that finds nothing to do hands over nothing. (A certificate of six days is one that certbot would renew.)
        File.Delete(Path.Combine(edge.Certificates, "fullchain.pem"));
        (code, output) = await pebble.Renew(edge, "once");
        Assert.True(code == 0, output);
        Assert.True(File.Exists(Path.Combine(edge.Certificates, "fullchain.pem")), output);
        Assert.Equal(kept, await edge.Serial());
    }

    [Fact]
    public async Task A_CA_that_refuses_is_explained_and_the_site_goes_on()
    {
        await using var app = await EdgeApp.Start("app");
        await using var edge = await Edge.Start(app.Address, app.Address, ("SITE_DOMAIN", Edge.Domain));
        // Nothing listens where pebble looks.
        await using var pebble = await Pebble.Start(RunningService.FreePort());
        var (code, output) = await pebble.Renew(edge, "once");
        Assert.Equal(1, code);
        Assert.Contains("port 80", output, StringComparison.Ordinal);
        Assert.Contains("DNS", output, StringComparison.Ordinal);
        Assert.Equal("app https 127.0.0.1 0", await edge.Http.GetStringAsync("/"));
        Assert.All(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => JsonDocument.Parse(line));
    }

    [Fact]
    public async Task Without_a_name_nothing_is_asked_for()
    {
        var (code, output) = await Edge.Run("/bin/sh", [Edge.Script("certbot/renew.sh"), "once"], new Dictionary<string, string>(StringComparer.Ordinal) { ["SITE_DOMAIN"] = "" });
        Assert.Equal(2, code);
        Assert.Contains("SITE_DOMAIN is empty", output, StringComparison.Ordinal);
    }

    private static async Task<string> Issuer(Edge edge)
    {
        await using var stream = await edge.Connect();
        return stream.RemoteCertificate!.Issuer;
    }

    /// <summary>Let's Encrypt's own CA for tests, on ports of its own, without the network.</summary>
    private sealed class Pebble : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-pebble-").FullName;
        private readonly int _port = RunningService.FreePort();
        private readonly List<Process> _processes = [];

        public static async Task<Pebble> Start(int httpPort)
        {
            var pebble = new Pebble();
            var dns = RunningService.FreePort();
            var control = RunningService.FreePort();
            var settings = JsonSerializer.Serialize(new
            {
                pebble = new
                {
                    listenAddress = $"127.0.0.1:{pebble._port}",
                    managementListenAddress = $"127.0.0.1:{RunningService.FreePort()}",
                    certificate = pebble.At("ca.pem"),
                    privateKey = pebble.At("ca.key"),
                    httpPort,
                    tlsPort = RunningService.FreePort(),
                    ocspResponderURL = "",
                    externalAccountBindingRequired = false,
                    certificateValidityPeriod = 90 * 86400,
                },
            });
            await File.WriteAllTextAsync(pebble.At("config.json"), settings);
            var (code, output) = await Edge.Run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=pebble", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", pebble.At("ca.key"), "-out", pebble.At("ca.pem")]);
            Assert.True(code == 0, output);
            pebble.Run("pebble-challtestsrv", ["-http01", "", "-https01", "", "-tlsalpn01", "", "-dns01", Loopback(dns), "-management", Loopback(control), "-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""]);
            pebble.Run("pebble", ["-config", pebble.At("config.json"), "-dnsserver", Loopback(dns)]);
            await Eventually.Holds(async () => (await Edge.Run("openssl", ["s_client", "-connect", Loopback(pebble._port)])).Code == 0);
            return pebble;
        }

        public Task<(int Code, string Output)> Renew(Edge edge, string action) => Edge.Run("/bin/sh", [Edge.Script("certbot/renew.sh"), action], new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SITE_DOMAIN"] = Edge.Domain,
            ["ACME_EMAIL"] = "owner@example.test",
            ["ACME_SERVER"] = $"https://127.0.0.1:{_port}/dir",
            ["REQUESTS_CA_BUNDLE"] = At("ca.pem"),
            ["CERTIFICATES"] = edge.Certificates,
            ["ACME_ROOT"] = edge.AcmeRoot,
            ["LETSENCRYPT"] = At("letsencrypt"),
            ["WORK"] = At("work"),
        });

        public async ValueTask DisposeAsync()
        {
            foreach (var process in _processes)
            {
                process.Kill();
                await process.WaitForExitAsync();
                process.Dispose();
            }

            Directory.Delete(_folder, recursive: true);
        }

        private static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

        private string At(string file) => Path.Combine(_folder, file);

        private void Run(string program, string[] arguments)
        {
            var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            // Otherwise it waits up to fifteen seconds, and refuses now and then what is right.
            start.Environment["PEBBLE_VA_NOSLEEP"] = "1";
            start.Environment["PEBBLE_WFE_NONCEREJECT"] = "0";
            var process = Process.Start(start)!;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            _processes.Add(process);
        }
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Deployment;

/// <summary>Certificates that somebody puts there, good ones and others.</summary>
public sealed class CertificateTests
{
    public CertificateTests() => Assert.SkipWhen(Edge.Missing is not null, Edge.Missing ?? "");

    [Fact]
    public async Task Without_any_certificate_the_site_starts_with_one_of_its_own_and_takes_the_first_that_comes()
    {
        await using var edge = await Edge.Start();
        Assert.Equal(1, await edge.Metric("tls_certificate_bootstrap"));
        Assert.Equal(0, await edge.Metric("tls_certificate_refused"));
        Assert.Contains("self-signed", edge.Log, StringComparison.Ordinal);

        var serial = Put(edge, Pair());
        await Eventually.Holds(async () => await edge.Serial() == serial);
        await Eventually.Holds(async () => await edge.Metric("tls_certificate_bootstrap") == 0);
        var left = TimeSpan.FromSeconds(await edge.Metric($"tls_certificate_not_after_timestamp_seconds{{domain=\"{Edge.Domain}\"}}")) - TimeSpan.FromSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        Assert.InRange(left.TotalDays, 28, 31);
    }

    [Fact]
    public async Task A_broken_pair_keeps_the_good_one_and_a_good_one_is_taken_again()
    {
        await using var edge = Edge.NotStarted();
        var serial = Put(edge, Pair());
        await edge.Launch();
        Assert.Equal(serial, await edge.Serial());

        var other = Pair();
        foreach (var (broken, why) in (IEnumerable<((string, string), string)>)
            [
                ((Pair().Certificate, other.Key), "is not the key"),
                (("no certificate", other.Key), "holds no certificate"),
                ((other.Certificate, "no key"), "holds no key"),
                ((other.Certificate, ""), "privkey.pem"),
                (Pair(days: -1), "has expired"),
                (Pair(start: 2), "not valid yet"),
                (Pair(name: "other.example.test"), $"not for {Edge.Domain}"),
            ])
        {
            Put(edge, broken);
            await Eventually.Holds(async () => edge.Log.Contains(why, StringComparison.Ordinal) && await edge.Metric("tls_certificate_refused") == 1);
            Assert.Equal(serial, await edge.Serial());
        }

        // A switch reloads as well, and must not meet the broken pair.
        await using var app = await EdgeApp.Start("app");
        Assert.Equal(0, (await edge.Switch($"api={app.Address}", $"web={app.Address}")).Code);
        Assert.Equal(serial, await edge.Serial());

        var renewed = Put(edge, Pair());
        await Eventually.Holds(async () => await edge.Serial() == renewed);
        await Eventually.Holds(async () => await edge.Metric("tls_certificate_refused") == 0);
    }

    [Fact]
    public async Task A_restart_in_front_of_a_broken_pair_serves_the_last_good_one()
    {
        await using var edge = Edge.NotStarted();
        var serial = Put(edge, Pair());
        await edge.Launch();
        await edge.Stop();
        Put(edge, (Pair().Certificate, Pair().Key));
        await edge.Launch();
        Assert.Equal(serial, await edge.Serial());
        Assert.Equal(1, await edge.Metric("tls_certificate_refused"));
    }

    [Fact]
    public async Task A_new_container_in_front_of_a_broken_pair_serves_the_one_before_or_its_own()
    {
        await using var edge = Edge.NotStarted();
        Put(edge, (Pair().Certificate, Pair().Key));
        await edge.Launch();
        Assert.Equal(1, await edge.Metric("tls_certificate_bootstrap"));
        await edge.Stop();
        Directory.Delete(edge.State, recursive: true);

        var before = Pair();
        Directory.CreateDirectory(Path.Combine(edge.Certificates, "previous"));
        await File.WriteAllTextAsync(Path.Combine(edge.Certificates, "previous", "fullchain.pem"), before.Certificate);
        await File.WriteAllTextAsync(Path.Combine(edge.Certificates, "previous", "privkey.pem"), before.Key);
        await edge.Launch();
        Assert.Equal(Serial(before.Certificate), await edge.Serial());
    }

    [Fact]
    public async Task What_certbot_hands_over_changes_in_one_step_and_the_one_before_is_kept()
    {
        await using var edge = Edge.NotStarted();
        var lineage = Directory.CreateTempSubdirectory("blogcreator-lineage-");
        try
        {
            var (first, second) = (Pair(), Pair());
            Assert.Equal(0, (await Hook(edge, lineage.FullName, first)).Code);
            await edge.Launch();
            Assert.Equal(Serial(first.Certificate), await edge.Serial());

            var (code, output) = await Hook(edge, lineage.FullName, second);
            Assert.True(code == 0, output);
            await Eventually.Holds(async () => await edge.Serial() == Serial(second.Certificate));
            Assert.Equal(first.Certificate, await File.ReadAllTextAsync(Path.Combine(edge.Certificates, "previous", "fullchain.pem")));
            Assert.DoesNotContain("is refused", edge.Log, StringComparison.Ordinal);

            // Said again, nothing happens; a pair that does not fit never gets there.
            Assert.Equal("", (await Hook(edge, lineage.FullName, second)).Output);
            (code, output) = await Hook(edge, lineage.FullName, (first.Certificate, second.Key));
            Assert.Equal(1, code);
            Assert.Contains("nginx keeps the certificate it has", output, StringComparison.Ordinal);
            Assert.Equal(second.Certificate, await File.ReadAllTextAsync(Path.Combine(edge.Certificates, "fullchain.pem")));
            Assert.Equal(2, Directory.GetDirectories(Path.Combine(edge.Certificates, "pairs")).Length);
        }
        finally
        {
            lineage.Delete(recursive: true);
        }
    }

    private static async Task<(int Code, string Output)> Hook(Edge edge, string lineage, (string Certificate, string Key) pair)
    {
        await File.WriteAllTextAsync(Path.Combine(lineage, "fullchain.pem"), pair.Certificate);
        await File.WriteAllTextAsync(Path.Combine(lineage, "privkey.pem"), pair.Key);
        return await Edge.Run("/bin/sh", [Edge.Script("certbot/deploy-hook.sh")], new Dictionary<string, string>(StringComparer.Ordinal) { ["RENEWED_LINEAGE"] = lineage, ["CERTIFICATES"] = edge.Certificates });
    }

    /// <returns>The serial number, where there is one.</returns>
    private static string Put(Edge edge, (string Certificate, string Key) pair)
    {
        File.WriteAllText(Path.Combine(edge.Certificates, "fullchain.pem"), pair.Certificate);
        File.WriteAllText(Path.Combine(edge.Certificates, "privkey.pem"), pair.Key);
        return pair.Certificate.StartsWith("-----", StringComparison.Ordinal) ? Serial(pair.Certificate) : "";
    }

    private static string Serial(string certificate)
    {
        using var read = X509Certificate2.CreateFromPem(certificate);
        return read.SerialNumber;
    }

    private static (string Certificate, string Key) Pair(string name = Edge.Domain, int days = 30, int start = -3)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(start), now.AddDays(days));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}

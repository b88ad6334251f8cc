using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.StackExchangeRedis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// One sign-in for all services: the same cookie, protected with the same keys for the same purpose, so that the cookie
/// that Api hands out is read by Web. Its ticket carries <see cref="System.Security.Claims.ClaimTypes.NameIdentifier"/>
/// (the person's id), <see cref="System.Security.Claims.ClaimTypes.Name"/>,
/// <see cref="System.Security.Claims.ClaimTypes.Email"/> and <see cref="SessionClaim"/> (the id of the session, by which
/// Api revokes it).
/// </summary>
public static class SharedSignIn
{
    public const string Scheme = "BlogCreator";

    public const string SessionClaim = "session";

    // Part of every key and ticket: changing either signs everybody out.
    private const string ApplicationName = "blogcreator";
    private const string TicketPurpose = "BlogCreator.SharedSignIn.Ticket.v1";

    private const string KeysInRedis = "blogcreator:keys";

    /// <summary>A browser accepts a __Host- name only with Secure, which plain http on localhost cannot always give.</summary>
    public static string CookieName(IHostEnvironment env)
    {
        ArgumentNullException.ThrowIfNull(env);
        return env.IsDevelopment() ? "blogcreator" : "__Host-blogcreator";
    }

    public static AuthenticationBuilder AddSharedSignIn(
        this IHostApplicationBuilder builder, Action<CookieAuthenticationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var env = builder.Environment;

        var hasRedis = !string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString("redis"));
        builder.Services.AddOptions<DataProtectionPathOptions>()
            .BindConfiguration("DataProtection")
            .Validate(
                options => env.IsDevelopment() || hasRedis || !string.IsNullOrWhiteSpace(options.Path),
                "DataProtection__Path is not set: name a directory that every replica of Api and Web shares and keeps, or set ConnectionStrings__redis; the keys of the sign-in cookies live there.")
            .ValidateOnStart();
        var protection = builder.Services.AddDataProtection().SetApplicationName(ApplicationName);
        if (builder.Configuration["DataProtection:CertificatePath"] is { Length: > 0 } certificate)
        {
            protection.ProtectKeysWithCertificate(Certificate(certificate, builder.Configuration["DataProtection:CertificatePassword"]));
        }

        builder.Services.AddOptions<KeyManagementOptions>()
            .Configure<IOptions<DataProtectionPathOptions>, ILoggerFactory, IServiceProvider>((keys, options, logs, services) =>
            {
                var directory = string.IsNullOrWhiteSpace(options.Value.Path) ? null : new FileSystemXmlRepository(KeyDirectory(options.Value.Path), logs);
                keys.XmlRepository = services.GetService<IConnectionMultiplexer>() is { } redis
                    ? new SharedKeys(new RedisXmlRepository(() => redis.GetDatabase(), KeysInRedis), directory, logs.CreateLogger<SharedKeys>())
                    : directory ?? keys.XmlRepository;
            });
        builder.Services.AddHostedService<KeepSharedKeys>();

        var authentication = builder.Services.AddAuthentication(Scheme).AddCookie(Scheme, options =>
        {
            options.Cookie.Name = CookieName(env);
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = env.IsDevelopment() ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
            options.Cookie.Path = "/";
            options.ExpireTimeSpan = TimeSpan.FromDays(14);
            options.SlidingExpiration = true;
            configure?.Invoke(options);
        });
        builder.Services.AddOptions<CookieAuthenticationOptions>(Scheme)
            .Configure<IDataProtectionProvider>((options, protection) =>
                options.TicketDataFormat = new TicketDataFormat(protection.CreateProtector(TicketPurpose)));
        return authentication;
    }

    /// <summary>With it the keys are encrypted before they are stored, in Redis and in the directory alike.</summary>
    private static X509Certificate2 Certificate(string path, string? password)
    {
        try
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(path, password);
            return certificate.HasPrivateKey ? certificate : throw new CryptographicException("it has no private key");
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"DataProtection__CertificatePath cannot be used (a PKCS#12 file with its private key, opened by DataProtection__CertificatePassword): {e.Message}", e);
        }
    }

    private static DirectoryInfo KeyDirectory(string path)
    {
        try
        {
            return OperatingSystem.IsWindows()
                ? Directory.CreateDirectory(path)
                : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OptionsValidationException(
                nameof(DataProtectionPathOptions), typeof(DataProtectionPathOptions), [$"DataProtection__Path cannot be used as a directory: {e.Message}"]);
        }
    }

    private sealed class DataProtectionPathOptions
    {
        public string? Path { get; init; }
    }
}

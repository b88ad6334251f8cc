using BlogCreator.ServiceDefaults.Secrets;
using Npgsql;

namespace BlogCreator.Api.Data;

/// <summary>
/// The password of the database as it is now. While it is being exchanged, the file or Vault and the server do not have the same
/// one for a moment: a new connection then takes the one before, until the server knows the new one.
/// </summary>
#pragma warning disable CA1001 // Of a semaphore only its wait handle needs to be given back, and nobody asks for that.
public sealed class DatabasePassword
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly IConfiguration _configuration;
    private string _last;
    private string _good;
    private string? _before;
    private int _refused;

    internal DatabasePassword(IConfiguration configuration, string password)
    {
        _configuration = configuration;
        _last = _good = password;
    }

    /// <summary>A connection was refused with it: it is looked at again before the next one.</summary>
    public void Refused() => Interlocked.Exchange(ref _refused, 1);

    public static bool IsRefusal(Exception failure) => failure is PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification };

    internal string Now => Volatile.Read(ref _good);

    /// <param name="text">The connection string, whose own password counts for nothing.</param>
    internal async ValueTask<string> For(string text, CancellationToken cancel)
    {
        if (Volatile.Read(ref _refused) == 0 && Configured() == Volatile.Read(ref _last))
        {
            return Now;
        }

        // One asks, and the others take what it found.
        await _asking.WaitAsync(cancel);
        try
        {
            if (Interlocked.Exchange(ref _refused, 0) == 1)
            {
                _configuration.ReadSecretsAgain();
            }
            else if (Configured() == _last)
            {
                return Now;
            }

            if (Configured() is var now && now != _last)
            {
                _before = _good;
                Volatile.Write(ref _last, now);
            }

            return await Find(text, cancel);
        }
        finally
        {
            _asking.Release();
        }
    }

    private async Task<string> Find(string text, CancellationToken cancel)
    {
        foreach (var password in new[] { _last, _before }.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            try
            {
                await using var trial = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(text) { Password = password, Pooling = false }.ToString());
                await trial.OpenAsync(cancel);
                Volatile.Write(ref _good, password);
                if (password == _last)
                {
                    _before = null;
                }

                return password;
            }
            catch (NpgsqlException failure)
            {
                if (!IsRefusal(failure))
                {
                    // Away or full, which says nothing about the password: the next connection asks again.
                    Refused();
                    return Now;
                }
            }
        }

        Refused();
        return _last;
    }

    private string Configured()
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(_configuration.GetConnectionString("blogdb")).Password ?? "";
        }
        catch (ArgumentException)
        {
            // Broken since the start: what was good then is better than nothing.
            return _last;
        }
    }
}

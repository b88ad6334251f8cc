using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BlogCreator.Tests.Platform;

/// <summary>What the Api asks its database: for which request, or for none when its workers do.</summary>
public sealed class RequestCommands(IHttpContextAccessor accessor) : DbCommandInterceptor
{
    private const int Kept = 2000;
    private readonly ConcurrentQueue<Asked> _asked = new();

    public IReadOnlyList<Asked> Taken()
    {
        var taken = new List<Asked>();
        while (_asked.TryDequeue(out var asked))
        {
            taken.Add(asked);
        }

        return taken;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Keep(command);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Keep(command);
        return ValueTask.FromResult(result);
    }

    private void Keep(DbCommand command)
    {
        _asked.Enqueue(new Asked(accessor.HttpContext?.Request.Path.Value, command.CommandText, [.. command.Parameters.OfType<ICloneable>().Select(parameter => (DbParameter)parameter.Clone())]));
        if (_asked.Count > Kept)
        {
            _asked.TryDequeue(out _);
        }
    }

    public sealed record Asked(string? Path, string Sql, IReadOnlyList<DbParameter> Parameters);
}

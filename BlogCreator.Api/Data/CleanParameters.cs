using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BlogCreator.Api.Data;

/// <summary>
/// Takes out of every text on its way to the database what is no text: the character with the number zero, which PostgreSQL
/// refuses, and halves of characters, which cannot be written as UTF-8. JSON, addresses and documents may carry both.
/// </summary>
internal sealed class CleanParameters : DbCommandInterceptor
{
    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Clean(command);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Clean(command);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        Clean(command);
        return ValueTask.FromResult(result);
    }

    internal static string Of(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !char.IsSurrogatePair(text, i)))
            {
                return string.Concat(text.Where((letter, at) => letter != '\0'
                    && (!char.IsSurrogate(letter)
                        || (char.IsHighSurrogate(letter) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
                        || (char.IsLowSurrogate(letter) && at > 0 && char.IsHighSurrogate(text[at - 1])))));
            }

            if (char.IsSurrogate(text[i]))
            {
                i++;
            }
        }

        return text;
    }

    private static void Clean(DbCommand command)
    {
        foreach (DbParameter parameter in command.Parameters)
        {
            if (parameter.Value is string text)
            {
                parameter.Value = Of(text);
            }
            else if (parameter.Value is IList<string> texts)
            {
                parameter.Value = texts.Select(Of).ToArray();
            }
        }
    }
}

using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace BlogCreator.Api.Data;

/// <summary>Grouping by calendar month, which is not in LINQ's reach: instants are stored as numbers.</summary>
internal static class CalendarMonth
{
    /// <summary>An expression of SQL for the month (<c>2026-11</c>, in UTC) of a column or aggregate that holds an instant.</summary>
    public static string MonthOf(this BlogDb db, string instant) => db.Database.IsNpgsql()
        ? $"to_char(to_timestamp({instant} / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM')"
        : $"strftime('%Y-%m', {instant} / 1000, 'unixepoch')";

    public static DbParameter Parameter(this BlogDb db, string name, DateTimeOffset instant) => db.Database.IsNpgsql()
        ? new NpgsqlParameter<long>(name, instant.ToUnixTimeMilliseconds())
        : new SqliteParameter(name, instant.ToUnixTimeMilliseconds());
}

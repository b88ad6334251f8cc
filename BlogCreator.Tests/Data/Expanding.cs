using System.Reflection;
using System.Text.RegularExpressions;
using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace BlogCreator.Tests.Data;

/// <summary>
/// What in a migration the version before could not go on with, or would have to wait for. A migration that is marked as
/// <see cref="ContractingAttribute">contracting</see> may do it.
/// </summary>
internal static partial class Expanding
{
    public static IReadOnlyList<string> Breaches(Type type, bool postgres)
    {
        if (type.GetCustomAttribute<ContractingAttribute>() is { } contracting)
        {
            return string.IsNullOrWhiteSpace(contracting.Reason) ? [$"{type.Name}: says no reason for taking something away"] : [];
        }

        var migration = (Migration)Activator.CreateInstance(type)!;
        migration.ActiveProvider = postgres ? "Npgsql.EntityFrameworkCore.PostgreSQL" : "Microsoft.EntityFrameworkCore.Sqlite";
        var operations = migration.UpOperations;
        var sql = string.Join(";\n", operations.OfType<SqlOperation>().Select(operation => WithoutBodies(operation.Sql)));
        var own = operations.OfType<CreateTableOperation>().Select(table => table.Name)
            .Concat(CreatesTable().Matches(sql).Select(match => match.Groups["name"].Value))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. operations.Select(operation => Breach(operation, own, postgres)).OfType<string>()
                .Concat(sql.Split(';').Select(statement => Breach(statement, own, postgres)).OfType<string>())
                .Select(breach => $"{type.Name}: {breach}"),
        ];
    }

    private static string? Breach(MigrationOperation operation, HashSet<string> own, bool postgres) => operation switch
    {
        DropTableOperation drop => $"drops the table {drop.Name}",
        DropColumnOperation drop => $"drops the column {drop.Table}.{drop.Name}",
        DropSchemaOperation drop => $"drops the schema {drop.Name}",
        DropSequenceOperation drop => $"drops the sequence {drop.Name}",
        DropPrimaryKeyOperation or DropForeignKeyOperation or DropUniqueConstraintOperation or DropCheckConstraintOperation => "drops a constraint",
        RenameTableOperation rename => $"renames the table {rename.Name}",
        RenameColumnOperation rename => $"renames the column {rename.Table}.{rename.Name}",
        RenameIndexOperation or RenameSequenceOperation => "renames an index or a sequence",
        AddColumnOperation { IsNullable: false, DefaultValue: null, DefaultValueSql: null, ComputedColumnSql: null } add when !own.Contains(add.Table) =>
            $"adds {add.Table}.{add.Name}, which the version before does not fill and which has no default",
        AlterColumnOperation { IsNullable: false, OldColumn.IsNullable: true } alter => $"makes {alter.Table}.{alter.Name} needed, which the version before may leave out",
        AlterColumnOperation alter when Narrows(alter) => $"changes the type of {alter.Table}.{alter.Name}",
        CreateIndexOperation index when postgres && !own.Contains(index.Table) => $"builds {index.Name} while everybody who writes to {index.Table} waits: use AddIndexConcurrently",
        AddForeignKeyOperation { Table: var table } when postgres && !own.Contains(table) => Waits(table),
        AddUniqueConstraintOperation { Table: var table } when postgres && !own.Contains(table) => Waits(table),
        AddPrimaryKeyOperation { Table: var table } when postgres && !own.Contains(table) => Waits(table),
        AddCheckConstraintOperation { Table: var table } when postgres && !own.Contains(table) => Waits(table),
        DropIndexOperation index when postgres && !own.Contains(index.Table ?? "") => $"drops {index.Name} while everybody waits: use DROP INDEX CONCURRENTLY",
        _ => null,
    };

    private static string? Breach(string statement, HashSet<string> own, bool postgres)
    {
        var table = Alters().Match(statement) is { Success: true } alter ? alter.Groups["name"].Value
            : Indexes().Match(statement) is { Success: true } index ? index.Groups["name"].Value
            : "";
        var isOwn = own.Contains(table);
        return Drops().Match(statement) is { Success: true } drop ? $"says {drop.Value}"
            : Renames().IsMatch(statement) ? "renames something"
            : Retypes().IsMatch(statement) && !isOwn ? $"changes a column of {table}"
            : AddsNeeded().IsMatch(statement) && !Fills().IsMatch(statement) && !isOwn ? $"adds a column to {table} that the version before does not fill and that has no default"
            : !postgres ? null
            : Indexes().Match(statement) is { Success: true } blocking && !blocking.Groups["concurrently"].Success && !isOwn ? $"builds an index while everybody who writes to {table} waits: use AddIndexConcurrently"
            : AddsConstraint().IsMatch(statement) && !statement.Contains("NOT VALID", StringComparison.OrdinalIgnoreCase) && !isOwn ? Waits(table)
            : AddsStored().IsMatch(statement) && !isOwn ? $"writes the whole table {table} anew while everybody waits"
            : null;
    }

    private static string Waits(string table) => $"checks all rows of {table} while everybody waits: add the constraint NOT VALID, validate it in the next migration";

    private static bool Narrows(AlterColumnOperation alter) =>
        alter.MaxLength < (alter.OldColumn.MaxLength ?? int.MaxValue)
        || Family(alter.ColumnType) != Family(alter.OldColumn.ColumnType)
        || (alter.ClrType != alter.OldColumn.ClrType && alter.ColumnType is null);

    /// <summary>Text of any length is one family: a longer one takes no rewriting.</summary>
    private static string? Family(string? type) => type is null ? null : type.StartsWith("character varying", StringComparison.Ordinal) ? "text" : type;

    private static string WithoutBodies(string sql) => Bodies().Replace(sql, "");

    [GeneratedRegex(@"\$(?<tag>\w*)\$.*?\$\k<tag>\$|'([^']|'')*'|--[^\n]*|\bBEGIN\b.*?\bEND\b(?=\s*(;|$))", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bodies();

    [GeneratedRegex("""\bCREATE\s+(VIRTUAL\s+)?TABLE\s+(IF\s+NOT\s+EXISTS\s+)?"?(?<name>\w+)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CreatesTable();

    [GeneratedRegex("""\bALTER\s+TABLE\s+(ONLY\s+)?"?(?<name>\w+)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Alters();

    [GeneratedRegex("""\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?<concurrently>CONCURRENTLY\s+)?(IF\s+NOT\s+EXISTS\s+)?"?\w+"?\s+ON\s+"?(?<name>\w+)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Indexes();

    [GeneratedRegex("""\b(DROP\s+(TABLE|COLUMN|CONSTRAINT|SCHEMA|SEQUENCE|TYPE|VIEW|MATERIALIZED\s+VIEW|INDEX(?!\s+CONCURRENTLY))\b|TRUNCATE\b)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Drops();

    [GeneratedRegex(@"\bRENAME\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Renames();

    [GeneratedRegex("""\bALTER\s+(COLUMN\s+)?"?\w+"?\s+((SET\s+DATA\s+)?TYPE\b|SET\s+NOT\s+NULL)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Retypes();

    [GeneratedRegex(@"\bADD\s+(COLUMN\s+)?[^,]*\bNOT\s+NULL\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AddsNeeded();

    [GeneratedRegex(@"\b(DEFAULT|GENERATED)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fills();

    [GeneratedRegex(@"\bADD\s+(CONSTRAINT\b|FOREIGN\s+KEY\b|UNIQUE\b|CHECK\b|PRIMARY\s+KEY\b)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AddsConstraint();

    [GeneratedRegex(@"\bADD\s+COLUMN\b.*\bSTORED\b", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AddsStored();
}

using BlogCreator.Api.Data;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace BlogCreator.Tests.Data;

/// <summary>The step <c>migrate</c> on PostgreSQL: with a second one beside it, with a table in use, with a migration that fails.</summary>
public sealed class MigrateTests
{
    public MigrateTests() => PostgresServer.SkipUnlessThere();

    [Fact]
    public async Task Two_at_once_on_an_empty_database_make_it_once_and_both_succeed()
    {
        var connection = await PostgresServer.NewDatabase(empty: true);
        var settings = new Dictionary<string, string> { ["ConnectionStrings__blogdb"] = connection, ["ASPNETCORE_ENVIRONMENT"] = "Production" };
        var runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ApiProcess.Run(settings, "migrate")));
        Assert.All(runs, run => Assert.True(run.ExitCode == 0, run.Output));
        // And of the set-up tokens that they print, the one that works.
        Assert.Equal(1, runs.Sum(run => run.Output.Split("Set-up token").Length - 1));
        Assert.Empty(await SchemaVersion.Missing(BlogDbConnection.Postgres(connection), CancellationToken.None));
    }

    [Fact]
    public async Task A_table_in_use_is_waited_for_and_nobody_else_waits_behind()
    {
        var connection = await PostgresServer.NewDatabase();
        await using var reader = new NpgsqlConnection(connection);
        await reader.OpenAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await Scalar(reader, """SELECT COUNT(*) FROM "Posts" """);

        var migrating = Task.Run(() => Migrate(connection));
        await using var other = new NpgsqlConnection(connection);
        await other.OpenAsync();
        await Eventually.Holds(async () => await Scalar(other, """SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'blogcreator-migrate' AND datname = current_database() AND wait_event_type = 'Lock'""") is 1L);
        // Comes behind the migration, which gives way.
        Assert.Equal(0L, await Scalar(other, """SELECT COUNT(*) FROM "Posts" """));
        Assert.Equal(0L, await Scalar(other, """SELECT COUNT(*) FROM "__EFMigrationsHistory" WHERE "MigrationId" LIKE '9%'"""));
        Assert.False(migrating.IsCompleted);

        await reading.CommitAsync();
        Assert.False(await migrating);
        Assert.Equal(0L, await Scalar(other, """SELECT COUNT("Trial") FROM "Posts" """));
    }

    [Fact]
    public async Task One_that_fails_is_named_and_leaves_nothing_behind()
    {
        var connection = await PostgresServer.NewDatabase();
        Assert.False(await Migrate(connection));
        await using var asking = new NpgsqlConnection(connection);
        await asking.OpenAsync();
        Assert.Equal(2L, await Scalar(asking, """SELECT COUNT(*) FROM "__EFMigrationsHistory" WHERE "MigrationId" LIKE '9%'"""));
        Assert.Equal(true, await Scalar(asking, """SELECT indisvalid FROM pg_index WHERE indexrelid = '"IX_Posts_Trial"'::regclass"""));
        Assert.Equal(DBNull.Value, await Scalar(asking, """SELECT to_regclass('"Halves"')::text"""));
        var failure = await Assert.ThrowsAsync<MigrationFailedException>(() => Apply(connection));
        Assert.Equal("90000000000003_Fails", failure.Migration);
        Assert.Contains("no_such_function", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_broken_index_build_left_is_built_anew()
    {
        var connection = await PostgresServer.NewDatabase();
        await using var asking = new NpgsqlConnection(connection);
        await asking.OpenAsync();
        await Scalar(asking, """ALTER TABLE "Posts" ADD COLUMN "Trial" text; CREATE INDEX "IX_Posts_Trial" ON "Posts" ("Trial"); UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"IX_Posts_Trial"'::regclass; INSERT INTO "__EFMigrationsHistory" VALUES ('90000000000001_AddsAColumn', '10')""");
        Assert.False(await Migrate(connection));
        Assert.Equal(true, await Scalar(asking, """SELECT indisvalid FROM pg_index WHERE indexrelid = '"IX_Posts_Trial"'::regclass"""));
    }

    private static Task<bool> Migrate(string connection)
    {
        var db = Trial(connection);
        return new Migrate(db, BlogDbConnection.Postgres(connection), NullLogger<Migrate>.Instance).Run(null, CancellationToken.None);
    }

    private static Task<int> Apply(string connection) =>
        new MigratePostgres(Trial(connection), BlogDbConnection.Postgres(connection), NullLogger.Instance).Run(null, CancellationToken.None);

    /// <summary>The database with the migrations below as those that come next.</summary>
    private static PostgresBlogDb Trial(string connection) =>
        new(new DbContextOptionsBuilder<PostgresBlogDb>().UseNpgsql(connection, npgsql => npgsql.MigrationsAssembly(typeof(MigrateTests).Assembly.FullName)).Options);

    private static async Task<object?> Scalar(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    [DbContext(typeof(PostgresBlogDb))]
    [Migration("90000000000001_AddsAColumn")]
    private sealed class AddsAColumn : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.AddColumn<string>("Trial", "Posts", nullable: true);
    }

    [DbContext(typeof(PostgresBlogDb))]
    [Migration("90000000000002_AddsAnIndex")]
    private sealed class AddsAnIndex : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.AddIndexConcurrently("IX_Posts_Trial", "\"Posts\" (\"Trial\")");
    }

    [DbContext(typeof(PostgresBlogDb))]
    [Migration("90000000000003_Fails")]
    private sealed class Fails : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable("Halves", table => new { Id = table.Column<int>() });
            migrationBuilder.Sql("SELECT no_such_function()");
        }
    }
}

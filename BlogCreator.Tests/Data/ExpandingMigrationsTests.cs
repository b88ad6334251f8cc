using System.Reflection;
using BlogCreator.Api.Data;
using BlogCreator.Tests.Architecture;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace BlogCreator.Tests.Data;

/// <summary>
/// The version before runs on while a new one starts beside it, so a migration only adds, and stops nobody who works. What
/// takes something away is marked with its reason and comes a release later.
/// </summary>
public sealed class ExpandingMigrationsTests
{
    /// <summary>The last migration of the first schema on PostgreSQL: up to it the tables hold nothing that anybody could wait for.</summary>
    private const string FirstSchema = "20261123071257_Data";

    [Fact]
    public void A_migration_only_adds() => Repository.AssertNone(typeof(BlogDb).Assembly.GetTypes()
        .Where(type => typeof(Migration).IsAssignableFrom(type) && !type.IsAbstract)
        .Select(type => (Type: type, Context: type.GetCustomAttribute<DbContextAttribute>()!.ContextType, type.GetCustomAttribute<MigrationAttribute>()!.Id))
        .Where(migration => migration.Context != typeof(PostgresBlogDb) || string.CompareOrdinal(migration.Id, FirstSchema) > 0)
        .OrderBy(migration => migration.Id, StringComparer.Ordinal)
        .SelectMany(migration => Expanding.Breaches(migration.Type, migration.Context == typeof(PostgresBlogDb))));

    [Theory]
    [InlineData(typeof(DropsAColumn), "drops the column Posts.Slug", true)]
    [InlineData(typeof(RenamesATable), "renames the table Posts", true)]
    [InlineData(typeof(Narrows), "changes the type of Posts.Slug", true)]
    [InlineData(typeof(Needs), "makes Posts.PublishedAt needed", true)]
    [InlineData(typeof(AddsWithoutDefault), "has no default", true)]
    [InlineData(typeof(BuildsABlockingIndex), "use AddIndexConcurrently", false)]
    [InlineData(typeof(DropsInSql), "says DROP COLUMN", true)]
    [InlineData(typeof(RenamesInSql), "renames something", true)]
    [InlineData(typeof(RetypesInSql), "changes a column of Posts", true)]
    [InlineData(typeof(NeedsInSql), "changes a column of Posts", true)]
    [InlineData(typeof(AddsInSqlWithoutDefault), "adds a column to Posts", true)]
    [InlineData(typeof(BlocksInSql), "use AddIndexConcurrently", false)]
    [InlineData(typeof(ConstrainsInSql), "NOT VALID", false)]
    [InlineData(typeof(SaysNoReason), "says no reason", true)]
    public void What_takes_away_or_blocks_is_found(Type migration, string breach, bool alsoOnSqlite)
    {
        Assert.Contains(breach, Assert.Single(Expanding.Breaches(migration, postgres: true)), StringComparison.Ordinal);
        Assert.Equal(alsoOnSqlite ? 1 : 0, Expanding.Breaches(migration, postgres: false).Count);
    }

    [Theory]
    [InlineData(typeof(OnlyAdds))]
    [InlineData(typeof(TakesAwayWithAReason))]
    public void What_only_adds_or_says_why_not_may_be(Type migration)
    {
        Assert.Empty(Expanding.Breaches(migration, postgres: true));
        Assert.Empty(Expanding.Breaches(migration, postgres: false));
    }

    private class Sql(string sql) : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(sql);
    }

    private sealed class DropsInSql() : Sql("""ALTER TABLE "Posts" DROP COLUMN "Slug";""");

    private sealed class RenamesInSql() : Sql("""ALTER TABLE "Posts" RENAME COLUMN "Slug" TO "Address";""");

    private sealed class RetypesInSql() : Sql("""ALTER TABLE "Posts" ALTER COLUMN "Slug" TYPE varchar(10);""");

    private sealed class NeedsInSql() : Sql("""ALTER TABLE "Posts" ALTER COLUMN "PublishedAt" SET NOT NULL;""");

    private sealed class AddsInSqlWithoutDefault() : Sql("""ALTER TABLE "Posts" ADD COLUMN "Mood" text NOT NULL;""");

    private sealed class BlocksInSql() : Sql("""CREATE UNIQUE INDEX "IX_Posts_Mood" ON "Posts" ("Mood");""");

    private sealed class ConstrainsInSql() : Sql("""ALTER TABLE "Posts" ADD CONSTRAINT "CK" CHECK (true);""");

    private sealed class DropsAColumn : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.DropColumn("Slug", "Posts");
    }

    [Contracting("")]
    private sealed class SaysNoReason : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("Posts");
    }

    [Contracting("Nothing reads it since version 2.")]
    private sealed class TakesAwayWithAReason : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("Posts");
    }

    private sealed class RenamesATable : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.RenameTable("Posts", newName: "Articles");
    }

    private sealed class Narrows : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.AlterColumn<string>("Slug", "Posts", type: "character varying(60)", maxLength: 60, oldClrType: typeof(string), oldType: "character varying(120)", oldMaxLength: 120);
    }

    private sealed class Needs : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.AlterColumn<long>("PublishedAt", "Posts", type: "bigint", nullable: false, oldClrType: typeof(long), oldType: "bigint", oldNullable: true);
    }

    private sealed class AddsWithoutDefault : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.AddColumn<string>("Mood", "Posts");
    }

    private sealed class BuildsABlockingIndex : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateIndex("IX_Posts_Slug", "Posts", "Slug");
    }

    private sealed class OnlyAdds : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable("Moods", table => new { Id = table.Column<int>() });
            migrationBuilder.CreateIndex("IX_Moods_Id", "Moods", "Id");
            migrationBuilder.AddColumn<string>("Mood", "Posts", nullable: true);
            migrationBuilder.AddColumn<string>("Tone", "Posts", defaultValue: "");
            migrationBuilder.AlterColumn<string>("Slug", "Posts", type: "text", oldClrType: typeof(string), oldType: "character varying(120)", oldMaxLength: 120);
            migrationBuilder.AddIndexConcurrently("IX_Posts_Mood", "\"Posts\" (\"Mood\")");
            migrationBuilder.Sql("""
                CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DROP TABLE nothing; RETURN NULL; END $$;
                CREATE TABLE "Notes" ("Id" int NOT NULL); CREATE INDEX "IX_Notes" ON "Notes" ("Id"); -- DROP TABLE "Posts"
                """);
        }
    }
}

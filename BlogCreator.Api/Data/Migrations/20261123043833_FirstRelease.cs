using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BlogCreator.Api.Data.Migrations
{
    /// <summary>
    /// What the first release keeps besides: automatic saves, what was published when, the bin of posts and documents, outlines
    /// that wait for a person, rewrites, budgets, authors' introductions, the tags and the numbered changes that readers see.
    /// </summary>
    public partial class FirstRelease : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Tagline",
                table: "Site",
                type: "TEXT",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "AutosavedSince",
                table: "PostVersions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PublishedAt",
                table: "PostVersions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "DeletedAt",
                table: "Posts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "HiddenVersion",
                table: "Posts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Bio",
                table: "People",
                type: "TEXT",
                maxLength: 600,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<double>(
                name: "Budget",
                table: "Generations",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Currency",
                table: "Generations",
                type: "TEXT",
                maxLength: 3,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Proposal",
                table: "Generations",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "ReviewOutline",
                table: "Generations",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Rewrite",
                table: "Generations",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "WaitingFor",
                table: "Generations",
                type: "TEXT",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "DeletedAt",
                table: "Documents",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "ContentChanges",
                columns: table => new
                {
                    Number = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    Subject = table.Column<Guid>(type: "TEXT", nullable: true),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ContentChanges", x => x.Number);
                });

            migrationBuilder.CreateTable(
                name: "PostTags",
                columns: table => new
                {
                    Tag = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    PostId = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PostTags", x => new { x.Tag, x.PostId });
                    table.ForeignKey(
                        name: "FK_PostTags_Posts_PostId",
                        column: x => x.PostId,
                        principalTable: "Posts",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.UpdateData(
                table: "Site",
                keyColumn: "Id",
                keyValue: 1,
                column: "Tagline",
                value: null);

            migrationBuilder.CreateIndex(
                name: "IX_Posts_PublishedAt_Id",
                table: "Posts",
                columns: new[] { "PublishedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_PostTags_PostId",
                table: "PostTags",
                column: "PostId");

            // What readers see now was published at the latest when it was first: the history shows it, and no automatic save may fold it away.
            migrationBuilder.Sql("""
                UPDATE "PostVersions" SET "PublishedAt" = (SELECT p."PublishedAt" FROM "Posts" p WHERE p."Id" = "PostVersions"."PostId")
                WHERE EXISTS (SELECT 1 FROM "Posts" p WHERE p."Id" = "PostVersions"."PostId" AND p."PublishedVersion" = "PostVersions"."Number");
                """);

            // Kept by a trigger like the full text: right in the same transaction, and no feature has to think of it.
            migrationBuilder.Sql("""
                CREATE TRIGGER "PostTagsChanged" AFTER UPDATE OF "PublishedVersion" ON "Posts" BEGIN
                    DELETE FROM "PostTags" WHERE "PostId" = old."Id";
                    INSERT OR IGNORE INTO "PostTags"("Tag", "PostId")
                        SELECT t.value, new."Id" FROM "PostVersions" v, json_each(v."Tags") t WHERE v."PostId" = new."Id" AND v."Number" = new."PublishedVersion";
                END;
                """);
            migrationBuilder.Sql("""
                INSERT OR IGNORE INTO "PostTags"("Tag", "PostId")
                    SELECT t.value, p."Id" FROM "Posts" p JOIN "PostVersions" v ON v."PostId" = p."Id" AND v."Number" = p."PublishedVersion", json_each(v."Tags") t;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""DROP TRIGGER "PostTagsChanged";""");
            migrationBuilder.DropTable(
                name: "ContentChanges");

            migrationBuilder.DropTable(
                name: "PostTags");

            migrationBuilder.DropIndex(
                name: "IX_Posts_PublishedAt_Id",
                table: "Posts");

            migrationBuilder.DropColumn(
                name: "Tagline",
                table: "Site");

            migrationBuilder.DropColumn(
                name: "AutosavedSince",
                table: "PostVersions");

            migrationBuilder.DropColumn(
                name: "PublishedAt",
                table: "PostVersions");

            migrationBuilder.DropColumn(
                name: "DeletedAt",
                table: "Posts");

            migrationBuilder.DropColumn(
                name: "HiddenVersion",
                table: "Posts");

            migrationBuilder.DropColumn(
                name: "Bio",
                table: "People");

            migrationBuilder.DropColumn(
                name: "Budget",
                table: "Generations");

            migrationBuilder.DropColumn(
                name: "Currency",
                table: "Generations");

            migrationBuilder.DropColumn(
                name: "Proposal",
                table: "Generations");

            migrationBuilder.DropColumn(
                name: "ReviewOutline",
                table: "Generations");

            migrationBuilder.DropColumn(
                name: "Rewrite",
                table: "Generations");

            migrationBuilder.DropColumn(
                name: "WaitingFor",
                table: "Generations");

            migrationBuilder.DropColumn(
                name: "DeletedAt",
                table: "Documents");
        }
    }
}

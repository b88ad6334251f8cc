using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BlogCreator.Api.Data.Migrations
{
    /// <inheritdoc />
    public partial class Blog : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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

            migrationBuilder.CreateIndex(
                name: "IX_Posts_PublishedAt_Id",
                table: "Posts",
                columns: new[] { "PublishedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_PostTags_PostId",
                table: "PostTags",
                column: "PostId");

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
        }
    }
}

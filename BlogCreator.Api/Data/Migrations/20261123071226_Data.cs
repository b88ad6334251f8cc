using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BlogCreator.Api.Data.Migrations
{
    /// <inheritdoc />
    public partial class Data : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Posts_OwnerId",
                table: "Posts");

            migrationBuilder.DropIndex(
                name: "IX_Generations_OwnerId",
                table: "Generations");

            migrationBuilder.CreateIndex(
                name: "IX_Posts_OwnerId_Id",
                table: "Posts",
                columns: new[] { "OwnerId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Posts_OwnerId_Status_Id",
                table: "Posts",
                columns: new[] { "OwnerId", "Status", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Generations_OwnerId_Id",
                table: "Generations",
                columns: new[] { "OwnerId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Documents_OwnerId_Id",
                table: "Documents",
                columns: new[] { "OwnerId", "Id" });

            // A full-text table finds a row by its number only: by the post's id every publication read the whole of it. The
            // numbers also say which posts are newer, so that a search for a common word ranks those.
            migrationBuilder.Sql("""
                CREATE TABLE "PostIndexRows" ("Row" INTEGER PRIMARY KEY AUTOINCREMENT, "PostId" TEXT NOT NULL UNIQUE);
                INSERT INTO "PostIndexRows"("Row", "PostId") SELECT rowid, "PostId" FROM "PostIndex";
                """);
            migrationBuilder.Sql("""
                DROP TRIGGER "PostPublicationChanged";
                CREATE TRIGGER "PostPublicationChanged" AFTER UPDATE OF "PublishedVersion" ON "Posts" BEGIN
                    DELETE FROM "PostIndex" WHERE rowid = (SELECT "Row" FROM "PostIndexRows" WHERE "PostId" = old."Id");
                    INSERT OR IGNORE INTO "PostIndexRows"("PostId") SELECT new."Id" WHERE new."PublishedVersion" IS NOT NULL;
                    INSERT INTO "PostIndex"(rowid, "PostId", "Title", "Text")
                        SELECT r."Row", new."Id", v."Title", v."PlainText" FROM "PostVersions" v JOIN "PostIndexRows" r ON r."PostId" = new."Id"
                        WHERE v."PostId" = new."Id" AND v."Number" = new."PublishedVersion";
                END;
                """);
            migrationBuilder.Sql("""
                DROP TRIGGER "PostRemoved";
                CREATE TRIGGER "PostRemoved" AFTER DELETE ON "Posts" BEGIN
                    DELETE FROM "PostIndex" WHERE rowid = (SELECT "Row" FROM "PostIndexRows" WHERE "PostId" = old."Id");
                    DELETE FROM "PostIndexRows" WHERE "PostId" = old."Id";
                END;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER "PostRemoved";
                CREATE TRIGGER "PostRemoved" AFTER DELETE ON "Posts" BEGIN
                    DELETE FROM "PostIndex" WHERE "PostId" = old."Id";
                END;
                DROP TRIGGER "PostPublicationChanged";
                CREATE TRIGGER "PostPublicationChanged" AFTER UPDATE OF "PublishedVersion" ON "Posts" BEGIN
                    DELETE FROM "PostIndex" WHERE "PostId" = old."Id";
                    INSERT INTO "PostIndex"("PostId", "Title", "Text")
                        SELECT new."Id", v."Title", v."PlainText" FROM "PostVersions" v WHERE v."PostId" = new."Id" AND v."Number" = new."PublishedVersion";
                END;
                DROP TABLE "PostIndexRows";
                """);
            migrationBuilder.DropIndex(
                name: "IX_Posts_OwnerId_Id",
                table: "Posts");

            migrationBuilder.DropIndex(
                name: "IX_Posts_OwnerId_Status_Id",
                table: "Posts");

            migrationBuilder.DropIndex(
                name: "IX_Generations_OwnerId_Id",
                table: "Generations");

            migrationBuilder.DropIndex(
                name: "IX_Documents_OwnerId_Id",
                table: "Documents");

            migrationBuilder.CreateIndex(
                name: "IX_Posts_OwnerId",
                table: "Posts",
                column: "OwnerId");

            migrationBuilder.CreateIndex(
                name: "IX_Generations_OwnerId",
                table: "Generations",
                column: "OwnerId");
        }
    }
}

using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BlogCreator.Api.Data.Migrations
{
    /// <summary>
    /// What the search engine has yet to be told, written by triggers in the transaction of the change, for each index in use
    /// (states 0 and 1) and for none where there is none. A new change of the same subject takes a new number.
    /// </summary>
    public partial class Search : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "SearchChanges",
                columns: table => new
                {
                    Number = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    IndexId = table.Column<int>(type: "INTEGER", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    Subject = table.Column<Guid>(type: "TEXT", nullable: false),
                    NotBefore = table.Column<long>(type: "INTEGER", nullable: false),
                    Attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    Error = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    RejectedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SearchChanges", x => x.Number);
                });

            migrationBuilder.CreateTable(
                name: "SearchIndexes",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Mapping = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    SeenAt = table.Column<long>(type: "INTEGER", nullable: false),
                    OpenBefore = table.Column<long>(type: "INTEGER", nullable: true),
                    PostsUpTo = table.Column<Guid>(type: "TEXT", nullable: false),
                    PassagesUpTo = table.Column<long>(type: "INTEGER", nullable: false),
                    Filled = table.Column<long>(type: "INTEGER", nullable: false),
                    FilledBy = table.Column<string>(type: "TEXT", maxLength: 60, nullable: true),
                    FilledUntil = table.Column<long>(type: "INTEGER", nullable: true),
                    LiveSince = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SearchIndexes", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_SearchChanges_IndexId_RejectedAt_Number",
                table: "SearchChanges",
                columns: new[] { "IndexId", "RejectedAt", "Number" });

            migrationBuilder.CreateIndex(
                name: "IX_SearchChanges_Kind_Subject_IndexId",
                table: "SearchChanges",
                columns: new[] { "Kind", "Subject", "IndexId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_SearchIndexes_Mapping",
                table: "SearchIndexes",
                column: "Mapping",
                unique: true,
                filter: "\"State\" = 0");

            migrationBuilder.Sql("""
                CREATE TRIGGER "SearchPostAdded" AFTER INSERT ON "Posts" WHEN new."PublishedVersion" IS NOT NULL BEGIN
                    DELETE FROM "SearchChanges" WHERE "Kind" = 'post' AND "Subject" = new."Id";
                    INSERT INTO "SearchChanges"("IndexId", "Kind", "Subject", "NotBefore", "Attempts")
                        SELECT "Id", 'post', new."Id", 0, 0 FROM "SearchIndexes" WHERE "State" < 2;
                END;
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER "SearchPostChanged" AFTER UPDATE OF "PublishedVersion" ON "Posts" WHEN old."PublishedVersion" IS NOT new."PublishedVersion" BEGIN
                    DELETE FROM "SearchChanges" WHERE "Kind" = 'post' AND "Subject" = new."Id";
                    INSERT INTO "SearchChanges"("IndexId", "Kind", "Subject", "NotBefore", "Attempts")
                        SELECT "Id", 'post', new."Id", 0, 0 FROM "SearchIndexes" WHERE "State" < 2;
                END;
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER "SearchPostRemoved" AFTER DELETE ON "Posts" WHEN old."PublishedVersion" IS NOT NULL BEGIN
                    DELETE FROM "SearchChanges" WHERE "Kind" = 'post' AND "Subject" = old."Id";
                    INSERT INTO "SearchChanges"("IndexId", "Kind", "Subject", "NotBefore", "Attempts")
                        SELECT "Id", 'post', old."Id", 0, 0 FROM "SearchIndexes" WHERE "State" < 2;
                END;
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER "SearchPassageAdded" AFTER INSERT ON "Passages" BEGIN
                    DELETE FROM "SearchChanges" WHERE "Kind" = 'passage' AND "Subject" = new."Id";
                    INSERT INTO "SearchChanges"("IndexId", "Kind", "Subject", "NotBefore", "Attempts")
                        SELECT "Id", 'passage', new."Id", 0, 0 FROM "SearchIndexes" WHERE "State" < 2;
                END;
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER "SearchPassageRemoved" AFTER DELETE ON "Passages" BEGIN
                    DELETE FROM "SearchChanges" WHERE "Kind" = 'passage' AND "Subject" = old."Id";
                    INSERT INTO "SearchChanges"("IndexId", "Kind", "Subject", "NotBefore", "Attempts")
                        SELECT "Id", 'passage', old."Id", 0, 0 FROM "SearchIndexes" WHERE "State" < 2;
                END;
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER "SearchDocumentChanged" AFTER UPDATE OF "DeletedAt", "OwnerId" ON "Documents"
                WHEN old."DeletedAt" IS NOT new."DeletedAt" OR old."OwnerId" <> new."OwnerId" BEGIN
                    DELETE FROM "SearchChanges" WHERE "Kind" = 'passage' AND "Subject" IN (SELECT "Id" FROM "Passages" WHERE "DocumentId" = new."Id");
                    INSERT INTO "SearchChanges"("IndexId", "Kind", "Subject", "NotBefore", "Attempts")
                        SELECT i."Id", 'passage', p."Id", 0, 0 FROM "Passages" p CROSS JOIN "SearchIndexes" i WHERE p."DocumentId" = new."Id" AND i."State" < 2;
                END;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER "SearchDocumentChanged"; DROP TRIGGER "SearchPassageRemoved"; DROP TRIGGER "SearchPassageAdded";
                DROP TRIGGER "SearchPostRemoved"; DROP TRIGGER "SearchPostChanged"; DROP TRIGGER "SearchPostAdded";
                """);

            migrationBuilder.DropTable(
                name: "SearchChanges");

            migrationBuilder.DropTable(
                name: "SearchIndexes");
        }
    }
}

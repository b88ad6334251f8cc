using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BlogCreator.Api.Data.Migrations
{
    /// <summary>
    /// The full-text index, fed by triggers: it is right in the same transaction as the row it indexes, and no feature has
    /// to think of it. English stemming (Porter), accents folded.
    /// </summary>
    public partial class FullText : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                CREATE VIRTUAL TABLE "PassageIndex" USING fts5("Heading", "Text", content='Passages', content_rowid='Key', tokenize='porter unicode61 remove_diacritics 2');
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER "PassageAdded" AFTER INSERT ON "Passages" BEGIN
                    INSERT INTO "PassageIndex"(rowid, "Heading", "Text") VALUES (new."Key", new."Heading", new."Text");
                END;
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER "PassageRemoved" AFTER DELETE ON "Passages" BEGIN
                    INSERT INTO "PassageIndex"("PassageIndex", rowid, "Heading", "Text") VALUES ('delete', old."Key", old."Heading", old."Text");
                END;
                """);
            migrationBuilder.Sql("""
                CREATE VIRTUAL TABLE "PostIndex" USING fts5("PostId" UNINDEXED, "Title", "Text", tokenize='porter unicode61 remove_diacritics 2');
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER "PostPublicationChanged" AFTER UPDATE OF "PublishedVersion" ON "Posts" BEGIN
                    DELETE FROM "PostIndex" WHERE "PostId" = old."Id";
                    INSERT INTO "PostIndex"("PostId", "Title", "Text")
                        SELECT new."Id", v."Title", v."PlainText" FROM "PostVersions" v WHERE v."PostId" = new."Id" AND v."Number" = new."PublishedVersion";
                END;
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER "PostRemoved" AFTER DELETE ON "Posts" BEGIN
                    DELETE FROM "PostIndex" WHERE "PostId" = old."Id";
                END;
                """);
        }

        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""DROP TRIGGER "PostRemoved"; DROP TRIGGER "PostPublicationChanged"; DROP TABLE "PostIndex"; DROP TRIGGER "PassageRemoved"; DROP TRIGGER "PassageAdded"; DROP TABLE "PassageIndex";""");
        }
    }
}

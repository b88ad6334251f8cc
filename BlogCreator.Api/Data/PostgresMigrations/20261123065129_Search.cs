using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace BlogCreator.Api.Data.PostgresMigrations
{
    /// <summary>
    /// What the search engine has yet to be told, written by triggers in the transaction of the change, for each index in use
    /// (states 0 and 1) and for none where there is none. A new change of the same subject takes a new number: drawn while the
    /// subject's row is locked, so that numbers of one subject follow its commits.
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
                    Number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    IndexId = table.Column<int>(type: "integer", nullable: false),
                    Kind = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false, collation: "C"),
                    Subject = table.Column<Guid>(type: "uuid", nullable: false),
                    NotBefore = table.Column<long>(type: "bigint", nullable: false),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    Error = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true, collation: "C"),
                    RejectedAt = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SearchChanges", x => x.Number);
                });

            migrationBuilder.CreateTable(
                name: "SearchIndexes",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Mapping = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false, collation: "C"),
                    Version = table.Column<int>(type: "integer", nullable: false),
                    State = table.Column<int>(type: "integer", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false),
                    SeenAt = table.Column<long>(type: "bigint", nullable: false),
                    OpenBefore = table.Column<long>(type: "bigint", nullable: true),
                    PostsUpTo = table.Column<Guid>(type: "uuid", nullable: false),
                    PassagesUpTo = table.Column<long>(type: "bigint", nullable: false),
                    Filled = table.Column<long>(type: "bigint", nullable: false),
                    FilledBy = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: true, collation: "C"),
                    FilledUntil = table.Column<long>(type: "bigint", nullable: true),
                    LiveSince = table.Column<long>(type: "bigint", nullable: true)
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
                CREATE FUNCTION note_search_changes(kind text, subjects uuid[]) RETURNS void LANGUAGE sql AS $$
                    INSERT INTO "SearchChanges"("IndexId", "Kind", "Subject", "NotBefore", "Attempts")
                        SELECT i."Id", kind, s, 0, 0 FROM unnest(subjects) s CROSS JOIN "SearchIndexes" i WHERE i."State" < 2 ORDER BY s, i."Id"
                    ON CONFLICT ("Kind", "Subject", "IndexId") DO UPDATE
                        SET "Number" = nextval(pg_get_serial_sequence('"SearchChanges"', 'Number')), "NotBefore" = 0, "Attempts" = 0, "Error" = NULL, "RejectedAt" = NULL
                $$;
                CREATE FUNCTION search_post_changed() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM note_search_changes('post', ARRAY[CASE WHEN TG_OP = 'DELETE' THEN OLD."Id" ELSE NEW."Id" END]);
                    RETURN NULL;
                END $$;
                CREATE TRIGGER search_post_added AFTER INSERT ON "Posts"
                    FOR EACH ROW WHEN (NEW."PublishedVersion" IS NOT NULL) EXECUTE FUNCTION search_post_changed();
                CREATE TRIGGER search_post_changed AFTER UPDATE OF "PublishedVersion" ON "Posts"
                    FOR EACH ROW WHEN (OLD."PublishedVersion" IS DISTINCT FROM NEW."PublishedVersion") EXECUTE FUNCTION search_post_changed();
                CREATE TRIGGER search_post_removed AFTER DELETE ON "Posts"
                    FOR EACH ROW WHEN (OLD."PublishedVersion" IS NOT NULL) EXECUTE FUNCTION search_post_changed();
                CREATE FUNCTION search_passages_changed() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM note_search_changes('passage', ARRAY(SELECT "Id" FROM touched));
                    RETURN NULL;
                END $$;
                CREATE TRIGGER search_passages_added AFTER INSERT ON "Passages" REFERENCING NEW TABLE AS touched
                    FOR EACH STATEMENT EXECUTE FUNCTION search_passages_changed();
                CREATE TRIGGER search_passages_removed AFTER DELETE ON "Passages" REFERENCING OLD TABLE AS touched
                    FOR EACH STATEMENT EXECUTE FUNCTION search_passages_changed();
                CREATE FUNCTION search_document_changed() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM note_search_changes('passage', ARRAY(SELECT "Id" FROM "Passages" WHERE "DocumentId" = NEW."Id"));
                    RETURN NULL;
                END $$;
                CREATE TRIGGER search_document_changed AFTER UPDATE OF "DeletedAt", "OwnerId" ON "Documents"
                    FOR EACH ROW WHEN (OLD."DeletedAt" IS DISTINCT FROM NEW."DeletedAt" OR OLD."OwnerId" <> NEW."OwnerId") EXECUTE FUNCTION search_document_changed();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER search_document_changed ON "Documents"; DROP FUNCTION search_document_changed();
                DROP TRIGGER search_passages_removed ON "Passages"; DROP TRIGGER search_passages_added ON "Passages"; DROP FUNCTION search_passages_changed();
                DROP TRIGGER search_post_removed ON "Posts"; DROP TRIGGER search_post_changed ON "Posts"; DROP TRIGGER search_post_added ON "Posts";
                DROP FUNCTION search_post_changed(); DROP FUNCTION note_search_changes(text, uuid[]);
                """);

            migrationBuilder.DropTable(
                name: "SearchChanges");

            migrationBuilder.DropTable(
                name: "SearchIndexes");
        }
    }
}

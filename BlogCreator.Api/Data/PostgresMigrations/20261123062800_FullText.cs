using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace BlogCreator.Api.Data.PostgresMigrations;

/// <summary>
/// What no feature has to think of, because the database keeps it in the same transaction: the full text of passages and
/// published posts, the tags of published posts, and the order of the content changes.
/// </summary>
[DbContext(typeof(PostgresBlogDb))]
[Migration("20261123062800_FullText")]
public sealed class FullText : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        // Accents folded, English stems, and no stop words: "to be or not to be" is to be found as it is on SQLite.
        migrationBuilder.Sql("""
            CREATE EXTENSION IF NOT EXISTS unaccent;
            CREATE TEXT SEARCH DICTIONARY blog_stem (TEMPLATE = snowball, Language = english);
            CREATE TEXT SEARCH CONFIGURATION blog_text (COPY = english);
            ALTER TEXT SEARCH CONFIGURATION blog_text ALTER MAPPING FOR asciiword, asciihword, hword_asciipart WITH blog_stem;
            ALTER TEXT SEARCH CONFIGURATION blog_text ALTER MAPPING FOR word, hword, hword_part WITH unaccent, blog_stem;
            """);

        // The parser knows addresses, paths and file names as words of their own; a person looks for what they are made of.
        // A vector has a largest size: what stands after the first 200,000 characters is not looked through.
        migrationBuilder.Sql("""
            CREATE FUNCTION blog_words(written text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
                RETURN to_tsvector('blog_text'::regconfig, translate(left(written, 200000), '/.@-_:&?=#+~%<>;|\', repeat(' ', 18)));
            ALTER TABLE "Passages" ADD COLUMN "Words" tsvector NOT NULL GENERATED ALWAYS AS
                (setweight(blog_words(coalesce("Heading", '')), 'A') || blog_words("Text")) STORED;
            CREATE INDEX "IX_Passages_Words" ON "Passages" USING gin ("Words");
            CREATE TABLE "PostIndex" (
                "PostId" uuid PRIMARY KEY REFERENCES "Posts"("Id") ON DELETE CASCADE,
                "Words" tsvector NOT NULL);
            CREATE INDEX "IX_PostIndex_Words" ON "PostIndex" USING gin ("Words");
            """);

        migrationBuilder.Sql("""
            CREATE FUNCTION post_publication_changed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                DELETE FROM "PostTags" WHERE "PostId" = NEW."Id";
                INSERT INTO "PostTags"("Tag", "PostId")
                    SELECT DISTINCT tag, NEW."Id" FROM "PostVersions" v, jsonb_array_elements_text(v."Tags"::jsonb) tag
                    WHERE v."PostId" = NEW."Id" AND v."Number" = NEW."PublishedVersion";
                DELETE FROM "PostIndex" WHERE "PostId" = NEW."Id";
                INSERT INTO "PostIndex"("PostId", "Words")
                    SELECT NEW."Id", setweight(blog_words(v."Title"), 'A') || blog_words(v."PlainText") FROM "PostVersions" v
                    WHERE v."PostId" = NEW."Id" AND v."Number" = NEW."PublishedVersion";
                RETURN NULL;
            END $$;
            CREATE TRIGGER post_publication_changed AFTER UPDATE OF "PublishedVersion" ON "Posts"
                FOR EACH ROW EXECUTE FUNCTION post_publication_changed();
            """);

        // A number is given before its transaction is committed: without this a later number could be seen before an earlier
        // one, and whoever had followed up to the later one would never hear of the earlier.
        migrationBuilder.Sql("""
            CREATE FUNCTION content_changes_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_advisory_xact_lock(hashtext('blogcreator.content-changes'));
                RETURN NULL;
            END $$;
            CREATE TRIGGER content_changes_in_order BEFORE INSERT ON "ContentChanges"
                FOR EACH STATEMENT EXECUTE FUNCTION content_changes_in_order();
            """);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        DROP TRIGGER content_changes_in_order ON "ContentChanges"; DROP FUNCTION content_changes_in_order();
        DROP TRIGGER post_publication_changed ON "Posts"; DROP FUNCTION post_publication_changed();
        DROP TABLE "PostIndex"; ALTER TABLE "Passages" DROP COLUMN "Words"; DROP FUNCTION blog_words(text);
        DROP TEXT SEARCH CONFIGURATION blog_text; DROP TEXT SEARCH DICTIONARY blog_stem;
        """);
}

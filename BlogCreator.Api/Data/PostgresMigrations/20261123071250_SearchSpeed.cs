using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace BlogCreator.Api.Data.PostgresMigrations;

/// <summary>What a search chooses by before it ranks: the words of the title alone, and when a post appeared.</summary>
[DbContext(typeof(PostgresBlogDb))]
[Migration("20261123071250_SearchSpeed")]
public sealed class SearchSpeed : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("""ALTER TABLE "PostIndex" ADD COLUMN "TitleWords" tsvector NOT NULL DEFAULT ''::tsvector, ADD COLUMN "PublishedAt" bigint NOT NULL DEFAULT 0;""");
        migrationBuilder.Sql("""
            CREATE OR REPLACE FUNCTION post_publication_changed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                DELETE FROM "PostTags" WHERE "PostId" = NEW."Id";
                DELETE FROM "PostIndex" WHERE "PostId" = NEW."Id";
                IF NEW."PublishedVersion" IS NOT NULL THEN
                    INSERT INTO "PostTags"("Tag", "PostId")
                        SELECT DISTINCT tag, NEW."Id" FROM "PostVersions" v, jsonb_array_elements_text(v."Tags"::jsonb) tag
                        WHERE v."PostId" = NEW."Id" AND v."Number" = NEW."PublishedVersion";
                    INSERT INTO "PostIndex"("PostId", "Words", "TitleWords", "PublishedAt")
                        SELECT NEW."Id", setweight(blog_words(v."Title"), 'A') || blog_words(v."PlainText"), blog_words(v."Title"), coalesce(NEW."PublishedAt", 0) FROM "PostVersions" v
                        WHERE v."PostId" = NEW."Id" AND v."Number" = NEW."PublishedVersion";
                END IF;
                RETURN NULL;
            END $$;
            """);
        migrationBuilder.Sql("""
            UPDATE "PostIndex" i SET "TitleWords" = blog_words(v."Title"), "PublishedAt" = coalesce(p."PublishedAt", 0)
            FROM "Posts" p JOIN "PostVersions" v ON v."PostId" = p."Id" AND v."Number" = p."PublishedVersion" WHERE p."Id" = i."PostId";
            """);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        CREATE OR REPLACE FUNCTION post_publication_changed() RETURNS trigger LANGUAGE plpgsql AS $$
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
        ALTER TABLE "PostIndex" DROP COLUMN "TitleWords", DROP COLUMN "PublishedAt";
        """);
}

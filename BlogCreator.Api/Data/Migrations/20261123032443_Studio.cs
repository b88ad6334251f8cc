using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BlogCreator.Api.Data.Migrations
{
    /// <summary>What the studio keeps besides: automatic saves, what was published when, deleted posts, the site's line of purpose, authors' introductions.</summary>
    public partial class Studio : Migration
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

            migrationBuilder.UpdateData(
                table: "Site",
                keyColumn: "Id",
                keyValue: 1,
                column: "Tagline",
                value: null);

            // What readers see now was published at the latest when it was first: the history shows it, and no automatic save may fold it away.
            migrationBuilder.Sql("""
                UPDATE "PostVersions" SET "PublishedAt" = (SELECT p."PublishedAt" FROM "Posts" p WHERE p."Id" = "PostVersions"."PostId")
                WHERE EXISTS (SELECT 1 FROM "Posts" p WHERE p."Id" = "PostVersions"."PostId" AND p."PublishedVersion" = "PostVersions"."Number");
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
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
        }
    }
}

using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BlogCreator.Api.Data.PostgresMigrations
{
    /// <inheritdoc />
    public partial class Jobs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ScheduleProblem",
                table: "Posts",
                type: "character varying(600)",
                maxLength: 600,
                nullable: true,
                collation: "C");

            migrationBuilder.CreateTable(
                name: "RequestKeys",
                columns: table => new
                {
                    OwnerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Key = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    Hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    Made = table.Column<Guid>(type: "uuid", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RequestKeys", x => new { x.OwnerId, x.Key });
                });

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_Kind_RunAfter",
                table: "Jobs",
                columns: new[] { "Kind", "RunAfter" },
                filter: "\"Status\" = 0");

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_LeaseUntil",
                table: "Jobs",
                column: "LeaseUntil",
                filter: "\"Status\" = 1");

            migrationBuilder.CreateIndex(
                name: "IX_RequestKeys_CreatedAt",
                table: "RequestKeys",
                column: "CreatedAt");

            // What is to be done at once is due by the clock of the database, whatever the clock says of the machine that asks
            // for it. Whoever listens hears of what is due at the moment it is committed; what is due later is found by the
            // look once a second.
            migrationBuilder.Sql("""
                CREATE FUNCTION jobs_now() RETURNS bigint LANGUAGE sql STABLE
                    RETURN (extract(epoch FROM statement_timestamp()) * 1000)::bigint;
                CREATE FUNCTION jobs_due_at_once() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    NEW."RunAfter" := jobs_now();
                    RETURN NEW;
                END $$;
                CREATE TRIGGER jobs_due_at_once BEFORE INSERT ON "Jobs"
                    FOR EACH ROW WHEN (NEW."RunAfter" <= NEW."CreatedAt") EXECUTE FUNCTION jobs_due_at_once();
                CREATE FUNCTION jobs_tell() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM pg_notify('blogcreator_jobs', '');
                    RETURN NULL;
                END $$;
                CREATE TRIGGER jobs_tell AFTER INSERT OR UPDATE OF "Status" ON "Jobs"
                    FOR EACH ROW WHEN (NEW."Status" = 0 AND NEW."RunAfter" <= jobs_now() + 1000) EXECUTE FUNCTION jobs_tell();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER jobs_tell ON "Jobs"; DROP FUNCTION jobs_tell();
                DROP TRIGGER jobs_due_at_once ON "Jobs"; DROP FUNCTION jobs_due_at_once();
                DROP FUNCTION jobs_now();
                """);
            migrationBuilder.DropTable(
                name: "RequestKeys");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_Kind_RunAfter",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_LeaseUntil",
                table: "Jobs");

            migrationBuilder.DropColumn(
                name: "ScheduleProblem",
                table: "Posts");
        }
    }
}

using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BlogCreator.Api.Data.Migrations
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
                type: "TEXT",
                maxLength: 600,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "RequestKeys",
                columns: table => new
                {
                    OwnerId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Key = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    Hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Made = table.Column<Guid>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
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

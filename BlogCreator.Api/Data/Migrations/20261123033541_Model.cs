using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BlogCreator.Api.Data.Migrations
{
    /// <inheritdoc />
    public partial class Model : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<double>(
                name: "Budget",
                table: "Generations",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Currency",
                table: "Generations",
                type: "TEXT",
                maxLength: 3,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Proposal",
                table: "Generations",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "ReviewOutline",
                table: "Generations",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Rewrite",
                table: "Generations",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "WaitingFor",
                table: "Generations",
                type: "TEXT",
                maxLength: 20,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Budget",
                table: "Generations");

            migrationBuilder.DropColumn(
                name: "Currency",
                table: "Generations");

            migrationBuilder.DropColumn(
                name: "Proposal",
                table: "Generations");

            migrationBuilder.DropColumn(
                name: "ReviewOutline",
                table: "Generations");

            migrationBuilder.DropColumn(
                name: "Rewrite",
                table: "Generations");

            migrationBuilder.DropColumn(
                name: "WaitingFor",
                table: "Generations");
        }
    }
}

using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BlogCreator.Api.Data.PostgresMigrations
{
    /// <inheritdoc />
    public partial class Data : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Each on a table in use, so none in a transaction.
            migrationBuilder.AddIndexConcurrently("IX_PostIndex_TitleWords", "\"PostIndex\" USING gin (\"TitleWords\")");
            migrationBuilder.AddIndexConcurrently("IX_PostIndex_PublishedAt", "\"PostIndex\" (\"PublishedAt\")");
            migrationBuilder.AddIndexConcurrently("IX_Posts_OwnerId_Id", "\"Posts\" (\"OwnerId\", \"Id\")");
            migrationBuilder.AddIndexConcurrently("IX_Posts_OwnerId_Status_Id", "\"Posts\" (\"OwnerId\", \"Status\", \"Id\")");
            migrationBuilder.AddIndexConcurrently("IX_Generations_OwnerId_Id", "\"Generations\" (\"OwnerId\", \"Id\")");
            migrationBuilder.AddIndexConcurrently("IX_Documents_OwnerId_Id", "\"Documents\" (\"OwnerId\", \"Id\")");
            // Those above begin with the same column.
            migrationBuilder.Sql("DROP INDEX CONCURRENTLY IF EXISTS \"IX_Posts_OwnerId\"", suppressTransaction: true);
            migrationBuilder.Sql("DROP INDEX CONCURRENTLY IF EXISTS \"IX_Generations_OwnerId\"", suppressTransaction: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""DROP INDEX "IX_PostIndex_TitleWords"; DROP INDEX "IX_PostIndex_PublishedAt";""");
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

using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BlogCreator.Api.Search;

public static class SearchTables
{
    extension(BlogDb db)
    {
        public DbSet<SearchIndex> SearchIndexes => db.Set<SearchIndex>();

        public DbSet<SearchChange> SearchChanges => db.Set<SearchChange>();
    }

    internal sealed class SearchIndexTable : IEntityTypeConfiguration<SearchIndex>
    {
        public void Configure(EntityTypeBuilder<SearchIndex> builder)
        {
            builder.ToTable("SearchIndexes");
            builder.Property(index => index.Mapping).HasMaxLength(60);
            builder.Property(index => index.FilledBy).HasMaxLength(60);
            // Replicas that start together make one.
            builder.HasIndex(index => index.Mapping).IsUnique().HasFilter("\"State\" = 0");
        }
    }

    internal sealed class SearchChangeTable : IEntityTypeConfiguration<SearchChange>
    {
        public void Configure(EntityTypeBuilder<SearchChange> builder)
        {
            builder.ToTable("SearchChanges");
            builder.HasKey(change => change.Number);
            builder.Property(change => change.Kind).HasMaxLength(10);
            builder.Property(change => change.Error).HasMaxLength(500);
            // No foreign key: a change of a post must not fail because an index is being dropped.
            builder.HasIndex(change => new { change.Kind, change.Subject, change.IndexId }).IsUnique();
            builder.HasIndex(change => new { change.IndexId, change.RejectedAt, change.Number });
        }
    }
}

using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents.Files;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BlogCreator.Api.Documents;

public static class DocumentsTables
{
    extension(BlogDb db)
    {
        public DbSet<Document> Documents => db.Set<Document>();

        public DbSet<Passage> Passages => db.Set<Passage>();

        public DbSet<StoredFile> StoredFiles => db.Set<StoredFile>();
    }

    internal sealed class DocumentTable : IEntityTypeConfiguration<Document>
    {
        public void Configure(EntityTypeBuilder<Document> builder)
        {
            builder.ToTable("Documents");
            builder.Property(document => document.FileName).HasMaxLength(255);
            builder.Property(document => document.FileType).HasMaxLength(20);
            builder.Property(document => document.Sha256).HasMaxLength(64);
            builder.Property(document => document.Title).HasMaxLength(300);
            builder.Property(document => document.Language).HasMaxLength(20);
            builder.Property(document => document.ReasonCode).HasMaxLength(40);
            builder.Property(document => document.Reason).HasMaxLength(600);
            builder.HasOne<Person>().WithMany().HasForeignKey(document => document.OwnerId);
            builder.HasIndex(document => new { document.OwnerId, document.Sha256 }).IsUnique();
            // Whether a file is used by anybody.
            builder.HasIndex(document => document.Sha256);
            builder.HasIndex(document => new { document.OwnerId, document.Id });
            // What was removed is nowhere, but for those few who say that they want to see it.
            builder.HasQueryFilter(document => document.DeletedAt == null);
        }
    }

    internal sealed class PassageTable : IEntityTypeConfiguration<Passage>
    {
        public void Configure(EntityTypeBuilder<Passage> builder)
        {
            builder.ToTable("Passages");
            builder.HasKey(passage => passage.Key);
            builder.Property(passage => passage.Key).ValueGeneratedOnAdd();
            builder.Property(passage => passage.Kind).HasMaxLength(20);
            builder.HasIndex(passage => passage.Id).IsUnique();
            builder.HasIndex(passage => new { passage.DocumentId, passage.Order }).IsUnique();
            builder.HasOne<Document>().WithMany().HasForeignKey(passage => passage.DocumentId);
        }
    }

    internal sealed class StoredFileTable : IEntityTypeConfiguration<StoredFile>
    {
        public void Configure(EntityTypeBuilder<StoredFile> builder)
        {
            builder.ToTable("StoredFiles");
            builder.Property(file => file.Sha256).HasMaxLength(64);
            builder.Property(file => file.State).IsConcurrencyToken();
            builder.HasIndex(file => file.Sha256).IsUnique();
            builder.HasIndex(file => file.CheckedAt);
        }
    }
}

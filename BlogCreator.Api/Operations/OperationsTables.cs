using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BlogCreator.Api.Operations;

public static class OperationsTables
{
    extension(BlogDb db)
    {
        public DbSet<Job> Jobs => db.Set<Job>();

        public DbSet<AuditEntry> Audit => db.Set<AuditEntry>();

        public DbSet<ContentChange> ContentChanges => db.Set<ContentChange>();

        public DbSet<RequestKey> RequestKeys => db.Set<RequestKey>();
    }

    internal sealed class JobTable : IEntityTypeConfiguration<Job>
    {
        public void Configure(EntityTypeBuilder<Job> builder)
        {
            builder.ToTable("Jobs");
            builder.Property(job => job.Kind).HasMaxLength(60);
            builder.Property(job => job.LeaseOwner).HasMaxLength(60);
            builder.Property(job => job.LastError).HasMaxLength(2000);
            builder.Property(job => job.TraceParent).HasMaxLength(Job.MaxTraceParent);
            builder.HasIndex(job => new { job.Status, job.RunAfter });
            // What the workers look for all day long, and nothing of what is done.
            builder.HasIndex(job => new { job.Kind, job.RunAfter }).HasFilter("\"Status\" = 0");
            builder.HasIndex(job => job.LeaseUntil).HasFilter("\"Status\" = 1");
            // One open job per subject: asking twice for the same work is asking once.
            builder.HasIndex(job => new { job.Kind, job.Subject }).IsUnique().HasFilter("\"Status\" < 2");
        }
    }

    internal sealed class AuditTable : IEntityTypeConfiguration<AuditEntry>
    {
        public void Configure(EntityTypeBuilder<AuditEntry> builder)
        {
            builder.ToTable("Audit");
            builder.Property(entry => entry.Action).HasMaxLength(60);
            builder.Property(entry => entry.Detail).HasMaxLength(2000);
            builder.HasIndex(entry => entry.Subject);
        }
    }

    internal sealed class RequestKeyTable : IEntityTypeConfiguration<RequestKey>
    {
        public void Configure(EntityTypeBuilder<RequestKey> builder)
        {
            builder.ToTable("RequestKeys");
            builder.HasKey(request => new { request.OwnerId, request.Key });
            builder.Property(request => request.Key).HasMaxLength(200);
            builder.Property(request => request.Hash).HasMaxLength(64);
            builder.HasIndex(request => request.CreatedAt);
        }
    }

    internal sealed class ContentChangeTable : IEntityTypeConfiguration<ContentChange>
    {
        public void Configure(EntityTypeBuilder<ContentChange> builder)
        {
            builder.ToTable("ContentChanges");
            // Never given twice, also not after the last row was removed.
            builder.HasKey(change => change.Number);
            builder.Property(change => change.Kind).HasMaxLength(60);
        }
    }
}

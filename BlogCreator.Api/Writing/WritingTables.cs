using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BlogCreator.Api.Writing;

public static class WritingTables
{
    extension(BlogDb db)
    {
        public DbSet<Generation> Generations => db.Set<Generation>();

        public DbSet<GenerationStep> GenerationSteps => db.Set<GenerationStep>();

        public DbSet<GenerationEvent> GenerationEvents => db.Set<GenerationEvent>();
    }

    internal sealed class GenerationTable : IEntityTypeConfiguration<Generation>
    {
        public void Configure(EntityTypeBuilder<Generation> builder)
        {
            builder.ToTable("Generations");
            builder.Property(generation => generation.Writer).HasMaxLength(120);
            builder.Property(generation => generation.Currency).HasMaxLength(3);
            builder.Property(generation => generation.Budget).HasConversion<double?>();
            builder.Property(generation => generation.WaitingFor).HasMaxLength(20);
            builder.Property(generation => generation.Rewrite).AsJson();
            builder.Property(generation => generation.Proposal).AsJson();
            builder.Property(generation => generation.ErrorCode).HasMaxLength(40);
            builder.Property(generation => generation.Error).HasMaxLength(600);
            builder.Property(generation => generation.Money).HasConversion<double>();
            builder.Property(generation => generation.Brief).AsJson();
            builder.Property(generation => generation.Outline).AsJson();
            builder.HasOne<Person>().WithMany().HasForeignKey(generation => generation.OwnerId);
            builder.HasIndex(generation => new { generation.OwnerId, generation.Id });
        }
    }

    internal sealed class GenerationStepTable : IEntityTypeConfiguration<GenerationStep>
    {
        public void Configure(EntityTypeBuilder<GenerationStep> builder)
        {
            builder.ToTable("GenerationSteps");
            builder.HasKey(step => new { step.GenerationId, step.Name });
            builder.Property(step => step.Name).HasMaxLength(40);
            builder.Property(step => step.Detail).HasMaxLength(300);
            builder.HasOne<Generation>().WithMany().HasForeignKey(step => step.GenerationId);
        }
    }

    internal sealed class GenerationEventTable : IEntityTypeConfiguration<GenerationEvent>
    {
        public void Configure(EntityTypeBuilder<GenerationEvent> builder)
        {
            builder.ToTable("GenerationEvents");
            builder.HasKey(happened => new { happened.GenerationId, happened.Number });
            builder.Property(happened => happened.Type).HasMaxLength(30);
            builder.HasOne<Generation>().WithMany().HasForeignKey(happened => happened.GenerationId);
        }
    }
}

using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BlogCreator.Api.Accounts;

public static class AccountsTables
{
    extension(BlogDb db)
    {
        public DbSet<Person> People => db.Set<Person>();

        public DbSet<Session> Sessions => db.Set<Session>();

        public DbSet<ApiKey> ApiKeys => db.Set<ApiKey>();

        public DbSet<Site> Sites => db.Set<Site>();
    }

    internal sealed class PersonTable : IEntityTypeConfiguration<Person>
    {
        public void Configure(EntityTypeBuilder<Person> builder)
        {
            builder.ToTable("People");
            builder.Property(person => person.Email).HasMaxLength(254);
            builder.Property(person => person.NormalizedEmail).HasMaxLength(254);
            builder.Property(person => person.Name).HasMaxLength(120);
            builder.Property(person => person.Handle).HasMaxLength(120);
            builder.Property(person => person.Bio).HasMaxLength(600).HasDefaultValue("");
            builder.Property(person => person.PasswordHash).HasMaxLength(400);
            builder.HasIndex(person => person.NormalizedEmail).IsUnique();
            builder.HasIndex(person => person.Handle).IsUnique();
            // Two browsers that set up at once: one becomes the owner.
            builder.HasIndex(person => person.IsOwner).IsUnique().HasFilter("\"IsOwner\" = 1");
        }
    }

    internal sealed class SessionTable : IEntityTypeConfiguration<Session>
    {
        public void Configure(EntityTypeBuilder<Session> builder)
        {
            builder.ToTable("Sessions");
            builder.HasOne<Person>().WithMany().HasForeignKey(session => session.PersonId);
        }
    }

    internal sealed class ApiKeyTable : IEntityTypeConfiguration<ApiKey>
    {
        public void Configure(EntityTypeBuilder<ApiKey> builder)
        {
            builder.ToTable("ApiKeys");
            builder.Property(key => key.Name).HasMaxLength(80);
            builder.Property(key => key.Hash).HasMaxLength(32);
            builder.HasOne<Person>().WithMany().HasForeignKey(key => key.PersonId);
        }
    }

    internal sealed class SiteTable : IEntityTypeConfiguration<Site>
    {
        public void Configure(EntityTypeBuilder<Site> builder)
        {
            builder.ToTable("Site");
            builder.Property(site => site.Id).ValueGeneratedNever();
            builder.Property(site => site.Name).HasMaxLength(80);
            builder.Property(site => site.Tagline).HasMaxLength(200);
            builder.Property(site => site.SetupTokenHash).HasMaxLength(32);
            builder.HasData(new Site());
        }
    }
}

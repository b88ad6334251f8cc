using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BlogCreator.Api.Posts;

public static class PostsTables
{
    extension(BlogDb db)
    {
        public DbSet<Post> Posts => db.Set<Post>();

        public DbSet<PostVersion> PostVersions => db.Set<PostVersion>();

        public DbSet<PostCitation> PostCitations => db.Set<PostCitation>();

        public DbSet<PostSlug> PostSlugs => db.Set<PostSlug>();

        public DbSet<PostTag> PostTags => db.Set<PostTag>();
    }

    internal sealed class PostTable : IEntityTypeConfiguration<Post>
    {
        public void Configure(EntityTypeBuilder<Post> builder)
        {
            builder.ToTable("Posts");
            builder.Property(post => post.Slug).HasMaxLength(120);
            builder.Property(post => post.OverrideReason).HasMaxLength(500);
            builder.Property(post => post.ScheduleProblem).HasMaxLength(600);
            builder.Property(post => post.Version).IsConcurrencyToken();
            builder.HasOne<Person>().WithMany().HasForeignKey(post => post.OwnerId);
            builder.HasIndex(post => post.Slug).IsUnique();
            builder.HasIndex(post => new { post.OwnerId, post.Id });
            builder.HasIndex(post => new { post.OwnerId, post.Status, post.Id });
            builder.HasIndex(post => post.GenerationId).IsUnique();
            builder.HasIndex(post => new { post.Status, post.PublishedAt });
            builder.HasIndex(post => new { post.PublishedAt, post.Id });
        }
    }

    internal sealed class PostVersionTable : IEntityTypeConfiguration<PostVersion>
    {
        public void Configure(EntityTypeBuilder<PostVersion> builder)
        {
            builder.ToTable("PostVersions");
            builder.HasKey(version => new { version.PostId, version.Number });
            builder.Property(version => version.Title).HasMaxLength(200);
            builder.Property(version => version.Summary).HasMaxLength(600);
            builder.Property(version => version.Tags).AsJson();
            builder.Property(version => version.Claims).AsJson();
            builder.HasOne<Post>().WithMany().HasForeignKey(version => version.PostId);
        }
    }

    internal sealed class PostCitationTable : IEntityTypeConfiguration<PostCitation>
    {
        public void Configure(EntityTypeBuilder<PostCitation> builder)
        {
            builder.ToTable("PostCitations");
            builder.HasKey(citation => new { citation.PostId, citation.Label });
            builder.Property(citation => citation.Passage).AsJson();
            builder.HasOne<Post>().WithMany().HasForeignKey(citation => citation.PostId);
        }
    }

    internal sealed class PostTagTable : IEntityTypeConfiguration<PostTag>
    {
        public void Configure(EntityTypeBuilder<PostTag> builder)
        {
            builder.ToTable("PostTags");
            builder.HasKey(tag => new { tag.Tag, tag.PostId });
            builder.Property(tag => tag.Tag).HasMaxLength(40);
            builder.HasOne<Post>().WithMany().HasForeignKey(tag => tag.PostId);
        }
    }

    internal sealed class PostSlugTable : IEntityTypeConfiguration<PostSlug>
    {
        public void Configure(EntityTypeBuilder<PostSlug> builder)
        {
            builder.ToTable("PostSlugs");
            builder.HasKey(slug => slug.Slug);
            builder.Property(slug => slug.Slug).HasMaxLength(120);
            builder.HasOne<Post>().WithMany().HasForeignKey(slug => slug.PostId);
        }
    }
}

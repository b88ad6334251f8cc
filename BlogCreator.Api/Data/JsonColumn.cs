using System.Text.Json;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BlogCreator.Api.Data;

/// <summary>A value kept as one JSON text. It is replaced, never changed in place.</summary>
internal static class JsonColumn
{
    public static PropertyBuilder<T> AsJson<T>(this PropertyBuilder<T> property) =>
        property.HasConversion(
            value => JsonSerializer.Serialize(value, BlogApi.Json),
            text => JsonSerializer.Deserialize<T>(text, BlogApi.Json)!,
            new ValueComparer<T>((left, right) => ReferenceEquals(left, right), value => value!.GetHashCode()));
}

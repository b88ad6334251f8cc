using System.Net.Http.Headers;
using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Tests.Platform;

/// <summary>Looks into, and fills, the database of services that run as processes of their own.</summary>
public static class DirectApi
{
    public static PostgresBlogDb Open(string connection) =>
        new(new DbContextOptionsBuilder<PostgresBlogDb>().UseNpgsql(connection + ";Application Name=test;Pooling=false").Options);

    /// <summary>A new person and the header by which every replica knows them.</summary>
    public static async Task<(Guid Id, AuthenticationHeaderValue Key)> AddPerson(string connection, string name)
    {
        await using var db = Open(connection);
        var now = TimeProvider.System.GetUtcNow();
        var person = Person.CreateOwner($"{name}.{Guid.NewGuid():n}@example.org", now);
        db.People.Add(person);
        db.Entry(person).Property(nameof(Person.IsOwner)).CurrentValue = false;
        var (key, text) = ApiKey.Create(person.Id, "test", now);
        db.ApiKeys.Add(key);
        await db.SaveChangesAsync();
        return (person.Id, new AuthenticationHeaderValue("Bearer", text));
    }
}

using System.Security.Claims;
using BlogCreator.Api.Accounts;
using Microsoft.Extensions.Time.Testing;

namespace BlogCreator.Tests.Accounts;

public sealed class ActiveUsersTests
{
    [Fact]
    public void People_count_once_for_five_minutes_and_visitors_not_at_all()
    {
        var clock = new FakeTimeProvider();
        var active = new ActiveUsers(clock);
        var ada = Person(Guid.CreateVersion7());
        active.Note(new ClaimsPrincipal(new ClaimsIdentity()));
        active.Note(ada);
        active.Note(ada);
        clock.Advance(TimeSpan.FromMinutes(4));
        active.Note(Person(Guid.CreateVersion7()));
        Assert.Equal(2, active.Count());

        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(1, active.Count());
        active.Note(ada);
        Assert.Equal(2, active.Count());
        clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(0, active.Count());
    }

    private static ClaimsPrincipal Person(Guid id) => new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, id.ToString())], "test"));
}

using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BlogCreator.Api.Data;

/// <summary>A connection that was refused for its password makes the next one look for a newer password first.</summary>
internal sealed class NoticeRefusal(DatabasePassword password) : DbConnectionInterceptor
{
    public override void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData)
    {
        if (DatabasePassword.IsRefusal(eventData.Exception))
        {
            password.Refused();
        }
    }

    public override Task ConnectionFailedAsync(DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        ConnectionFailed(connection, eventData);
        return Task.CompletedTask;
    }
}

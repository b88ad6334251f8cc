namespace BlogCreator.Web.Gateway;

/// <summary>
/// A page asks Api several times, and each time Api may be waited for. While Api or its database is away that adds up to most
/// of a minute, so all that one page reads has to be there within this time; what is not shows as a part that is away.
/// </summary>
internal sealed class PatienceOfPage(IHttpContextAccessor accessor, TimeProvider clock) : DelegatingHandler
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method != HttpMethod.Get || accessor.HttpContext is not { } context)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var end = EndOf(context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end.Token);
        try
        {
            return await base.SendAsync(request, either.Token);
        }
        catch (OperationCanceledException late) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The service behind this page did not answer in the time that a page has.", late);
        }
    }

    private CancellationTokenSource EndOf(HttpContext context)
    {
        if (context.Items[typeof(PatienceOfPage)] is CancellationTokenSource running)
        {
            return running;
        }

        var end = new CancellationTokenSource(Patience, clock);
        context.Response.RegisterForDispose(end);
        context.Items[typeof(PatienceOfPage)] = end;
        return end;
    }
}

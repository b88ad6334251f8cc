namespace BlogCreator.Tests.Deployment;

/// <summary>One nginx with an Api and a Web behind it, for tests that only ask.</summary>
public sealed class EdgeFixture : IAsyncLifetime
{
    private Edge? _edge;
    private EdgeApp? _api;
    private EdgeApp? _web;

    internal Edge Edge => _edge ?? throw new InvalidOperationException(Edge.Missing);

    internal EdgeApp Api => _api!;

    internal EdgeApp Web => _web!;

    public async ValueTask InitializeAsync()
    {
        if (Edge.Missing is null)
        {
            _api = await EdgeApp.Start("api");
            _web = await EdgeApp.Start("web");
            _edge = await Edge.Start(_api.Address, _web.Address);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_edge is not null)
        {
            await _edge.DisposeAsync();
            await _api!.DisposeAsync();
            await _web!.DisposeAsync();
        }
    }
}

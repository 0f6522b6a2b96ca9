namespace ComputeHorde.Functions.Local.Tests.Differential;

/// <summary>The storage that both hosts know.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private AzuriteServer _azurite = null!;

    internal StorageFixture Storage => new(_azurite);

    public async ValueTask InitializeAsync() => _azurite = await AzuriteServer.StartAsync();

    public ValueTask DisposeAsync() => _azurite.DisposeAsync();
}

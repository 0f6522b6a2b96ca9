namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>The infrastructure of this repository, parsed once.</summary>
public sealed class InfraFixture : IAsyncLifetime
{
    internal IReadOnlyList<TerraformModule> Modules { get; private set; } = [];

    internal TerraformModule Root => Modules[0];

    internal IEnumerable<TerraformBlock> Resources => Modules.SelectMany(static module => module.Resources);

    public async ValueTask InitializeAsync() => Modules = await TerraformFiles.LoadAsync(Repository.Path("infra"));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

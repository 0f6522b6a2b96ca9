using ComputeHorde.Simulation.Mutations;

namespace ComputeHorde.Simulation.Tests;

/// <summary>The mutants, compiled once for all tests.</summary>
public sealed class MutantsFixture : IAsyncLifetime
{
    internal Mutants Compiled { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Compiled = await Mutants.CompileAsync();

    public ValueTask DisposeAsync()
    {
        Compiled.Dispose();
        return ValueTask.CompletedTask;
    }
}

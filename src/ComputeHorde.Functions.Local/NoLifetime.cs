using Microsoft.Extensions.Hosting;

namespace ComputeHorde.Functions.Local;

/// <summary>A host inside another program leaves signals and the console to it.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

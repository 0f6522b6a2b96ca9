using Microsoft.Extensions.Hosting;

namespace ComputeHorde.Simulation.World;

/// <summary>A host that has started, and never stops in good order.</summary>
internal sealed class HostLifetime(CancellationToken life) : IHostApplicationLifetime
{
    public CancellationToken ApplicationStarted => new(canceled: true);

    public CancellationToken ApplicationStopping => life;

    public CancellationToken ApplicationStopped => life;

    public void StopApplication() => throw new NotSupportedException("Nothing in a simulated host stops it.");
}

using Microsoft.Extensions.Hosting;

namespace ComputeHorde.Storage.Local.Transport;

/// <summary>
/// Leaves Ctrl+C and the system's signals to the program around the storage; a web application takes them for itself otherwise.
/// </summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

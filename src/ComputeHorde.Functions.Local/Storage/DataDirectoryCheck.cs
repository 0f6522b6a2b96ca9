using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ComputeHorde.Functions.Local.Storage;

/// <summary>Whether the disk of the task hub takes a write.</summary>
internal sealed class DataDirectoryCheck(FunctionsSetup setup) : IHealthCheck
{
    public const string Name = "task_hub";

    private static readonly byte[] Block = new byte[64 * 1024];

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (setup.DataDirectory is not { } directory)
        {
            return HealthCheckResult.Healthy();
        }

        try
        {
            await using var probe = new FileStream(
                Path.Combine(directory, $".probe-{Guid.NewGuid():N}"),
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                1,
                FileOptions.DeleteOnClose
            );
            await probe.WriteAsync(Block, cancellationToken);
            probe.Flush(flushToDisk: true);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return HealthCheckResult.Unhealthy($"cannot be written in {directory}: {exception.Message}", exception);
        }
    }
}

using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Seams;

/// <summary>
/// The retries of the Azure SDK as the application sets them, on simulated time; the SDK's own wait by the machine's clock.
/// </summary>
internal sealed class SimulatedRetries(Host host) : HttpPipelinePolicy
{
    private const int Retries = 3;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("The application awaits its storage.");

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        List<Exception> failures = [];
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await ProcessNextAsync(message, pipeline);
                if (attempt == Retries || message.Response.Status is not (408 or 429 or 500 or 502 or 503 or 504))
                {
                    return;
                }

                message.Response.Dispose();
            }
            catch (Exception exception) when (exception is RequestFailedException { Status: 0 } or IOException)
            {
                failures.Add(exception);
                if (attempt == Retries)
                {
                    throw failures.Count == 1 ? exception : new AggregateException($"Retry failed after {failures.Count} tries.", failures);
                }
            }

            await host.World.Time.Delay(TimeSpan.FromSeconds(0.2 * (1 << attempt)), message.CancellationToken);
        }
    }
}

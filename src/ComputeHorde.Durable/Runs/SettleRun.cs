using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Runs;

/// <summary>Settles a run: stores what its job returned, checks its outputs, and ends the watch over all jobs of the run.</summary>
/// <param name="client">The facilitator.</param>
/// <param name="requests">Where requests are kept.</param>
/// <param name="results">Where results are kept.</param>
/// <param name="outputs">Where outputs were uploaded.</param>
/// <param name="inFlight">The jobs in flight.</param>
/// <param name="keys">The keys of streaming jobs.</param>
public sealed class SettleRun(
    ComputeHordeClient client, RequestStore requests, ResultStore results, OutputUrls outputs, AttemptClaims inFlight, StreamingKeys keys)
{
    /// <summary>Stores and releases. Running it twice stores the same bytes under the same names.</summary>
    /// <param name="input">The run and the attempt that decides it.</param>
    /// <param name="cancellationToken">Ends the activity when the host stops; it runs again later.</param>
    /// <returns>The stored result, or what is missing; then the watch goes on.</returns>
    [Function(nameof(SettleRun))]
    public async Task<SettleOutcome> RunAsync([ActivityTrigger] SettleInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var span = DurableTelemetry.Start(nameof(SettleRun), input.Trace, input.First.InstanceId);
        ResultReference? stored = null;
        if (input is { Decisive: { } number, JobUuid: { } uuid })
        {
            var attempt = input.First with { Attempt = number };
            ComputeHordeJob job;
            try
            {
                job = await client.GetJobAsync(uuid, cancellationToken);
            }
            catch (ComputeHordeNotFoundException)
            {
                return Missing("evicted", "The facilitator no longer has the job; it keeps jobs for 7 days.");
            }

            var request = await requests.LoadAsync(input.RequestId, input.RequestSha256, cancellationToken);
            var uploaded = job.IsSuccessful ? await outputs.InspectAsync(request, attempt, cancellationToken) : [];
            var missing = uploaded.Where(static output => output.Value is null).Select(static output => output.Key).ToArray();
            if (missing.Length > 0)
            {
                return Missing("outputs_missing", $"The job completed and these outputs were not uploaded: {string.Join(", ", missing)}");
            }

            stored = await results.SaveAsync(job, attempt, uploaded.ToDictionary(static output => output.Key, static output => output.Value!), cancellationToken);
        }

        if (input.IsStreaming)
        {
            await keys.ForgetAsync(input.First.InstanceId, cancellationToken);
        }

        for (var later = 0; later < input.Attempts; later++)
        {
            await inFlight.ReleaseAsync(input.First with { Attempt = input.First.Attempt + later }, cancellationToken);
        }

        return new SettleOutcome(stored, Problem: null);
    }

    private static SettleOutcome Missing(string reason, string message) =>
        new(Result: null, new JobFailure(FailureClasses.HordeFailed, reason, HistoryText.Truncate(message)));
}

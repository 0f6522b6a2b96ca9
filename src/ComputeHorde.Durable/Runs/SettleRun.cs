using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Runs;

/// <summary>Settles a run: stores what its job returned, checks its outputs, and releases all that the run holds.</summary>
internal sealed class SettleRun(
    JobMarkets markets,
    ResultStore results,
    OutputUrls outputs,
    AttemptClaims claims,
    WatchList watchList,
    StreamingKeys keys,
    Places places,
    Outages outages
)
{
    /// <summary>A result can have many megabytes, which lie in a temporary file while it is stored: so many at once fit any host.</summary>
    private const int LoadedAtOnce = 4;

    private static readonly SemaphoreSlim Loads = new(LoadedAtOnce);

    /// <summary>Stores and releases. Running it twice stores the same bytes under the same names.</summary>
    [Function(nameof(SettleRun))]
    public async Task<SettleOutcome> RunAsync([ActivityTrigger] SettleInput input, CancellationToken cancellationToken)
    {
        using var span = DurableTelemetry.Start(nameof(SettleRun), input.Trace, input.First.InstanceId);
        try
        {
            var (stored, missing) = await StoreOrReleaseAsync(input, cancellationToken);
            if (missing is not null && !input.IsFinal)
            {
                return new SettleOutcome(Result: null, missing, NotNow: null);
            }

            return new SettleOutcome(stored, missing, NotNow: null) { Fallback = await ReleaseAsync(input, cancellationToken) };
        }
        catch (ComputeHordeException exception)
        {
            outages.Started(Outages.Of(exception), exception.Message);
            return NotNow(exception);
        }
        catch (Exception exception) when (StorageOutages.MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            return NotNow(exception);
        }
    }

    private async Task<(ResultReference? Stored, JobFailure? Missing)> StoreOrReleaseAsync(
        SettleInput input,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await StoreAsync(input, cancellationToken);
        }
        catch (ComputeHordeException) when (input.IsFinal)
        {
            // The result may be waited for long; what costs, or keeps others waiting, does not wait with it.
            await ReleaseAsync(input, cancellationToken);
            throw;
        }
    }

    private async Task<(ResultReference? Stored, JobFailure? Missing)> StoreAsync(SettleInput input, CancellationToken cancellationToken)
    {
        if (input is not { Decisive: { } number, JobUuid: { } uuid })
        {
            return (null, null);
        }

        var attempt = input.First with { Attempt = number };
        await Loads.WaitAsync(cancellationToken);
        try
        {
            var market = markets.Of(uuid);
            using var output = await market.GetOutputAsync(uuid, cancellationToken);
            outages.Ended(market.Dependency);
            var uploaded = output.Job.IsSuccessful ? await outputs.InspectAsync(input.Outputs, attempt, cancellationToken) : [];
            var missing = uploaded.Where(static output => output.Value is null).Select(static output => output.Key).ToArray();
            var failure =
                missing.Length == 0
                    ? null
                    : Missing("outputs_missing", $"The job completed and these outputs were not uploaded: {string.Join(", ", missing)}");
            if (failure is not null && !input.IsFinal)
            {
                return (null, failure);
            }

            var found = uploaded
                .Where(static output => output.Value is not null)
                .ToDictionary(static output => output.Key, static output => output.Value!);
            return (await results.SaveAsync(output, attempt, found, cancellationToken), failure);
        }
        catch (ComputeHordeNotFoundException)
        {
            return (null, Missing("evicted", "The facilitator no longer has the job; it keeps jobs for 7 days."));
        }
        finally
        {
            Loads.Release();
        }
    }

    private async Task<IReadOnlyDictionary<int, FallbackTerms>> ReleaseAsync(SettleInput input, CancellationToken cancellationToken)
    {
        if (input.IsStreaming)
        {
            await keys.ForgetAsync(input.First.InstanceId, cancellationToken);
        }

        for (var later = 0; later < input.Attempts; later++)
        {
            var attempt = input.First with { Attempt = input.First.Attempt + later };
            await claims.SettleAsync(attempt, cancellationToken);
            await watchList.RemoveAsync(attempt, cancellationToken);
        }

        // After the claims: nobody can rent for a settled attempt, so that what is ended here stays ended.
        var terms = new Dictionary<int, FallbackTerms>();
        foreach (var number in input.OnFallback)
        {
            if (await markets.For(isFallback: true).ReleaseAsync(input.First with { Attempt = number }, cancellationToken) is { } released)
            {
                terms[number] = released;
            }
        }

        if (input.Place is { } place)
        {
            await places.ReleaseAsync(input.First.InstanceId, place, input.ExecutorSeconds, cancellationToken);
        }

        return terms;
    }

    private static JobFailure Missing(string reason, string message) =>
        new(FailureClasses.HordeFailed, reason, HistoryText.Truncate(message));

    private static SettleOutcome NotNow(Exception exception) => new(Result: null, Missing: null, HistoryText.Truncate(exception.Message));
}

using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Checks;

/// <summary>
/// Decides whether the result of a job is checked. An activity, because the decision needs a secret; its answer stands in the history.
/// </summary>
internal sealed class DecideSample(
    SamplingKey key,
    SamplingState state,
    LimitBook limits,
    ComparerRegistry comparers,
    IOptions<DurableOptions> options
)
{
    /// <summary>Decides. The same job gets the same answer, however often it is asked.</summary>
    /// <returns>The decision.</returns>
    [Function(nameof(DecideSample))]
    public async Task<SampleDecision> RunAsync([ActivityTrigger] SampleInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var span = DurableTelemetry.Start(nameof(DecideSample), input.Trace, input.JobUuid);
        try
        {
            var decision = await DecideAsync(input, cancellationToken);
            CheckTelemetry.Sampled(decision.IsSampled);
            return decision with { Obstacle = comparers.ObstacleOf(input.Policy.Comparer) };
        }
        catch (Exception exception) when (StorageOutages.MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            return new SampleDecision(false, "") { NotNow = HistoryText.Truncate(exception.Message) };
        }
    }

    private async Task<SampleDecision> DecideAsync(SampleInput input, CancellationToken cancellationToken)
    {
        var policy = input.Policy;
        if (input.IsStreaming)
        {
            return new SampleDecision(
                false,
                "a streaming job cannot be repeated: its copy would wait for the requests of a client that only the first one had"
            );
        }

        if (policy.Sampling is SamplingModes.Never or SamplingModes.Always)
        {
            return new SampleDecision(policy.Sampling == SamplingModes.Always, $"sampling is '{policy.Sampling}'");
        }

        var isSuspect = await state.IsSuspectAsync(input.Namespace, cancellationToken);
        var rate = isSuspect ? Math.Max(policy.Rate, options.Value.SuspectRate) : policy.Rate;
        if (await key.ChanceAsync(input.JobUuid, cancellationToken) >= rate)
        {
            return new SampleDecision(false, "not chosen");
        }

        var share = limits
            .For(input.Namespace)
            .With(new NamespaceLimits { TrustedSecondsPerHour = input.TrustedSecondsPerHour })
            .TrustedSecondsPerHour;
        return
            policy.Sampling != SamplingModes.Budgeted
            || await state.TryReserveAsync(input.JobUuid, input.Namespace, input.ExpectedSeconds, share, cancellationToken)
            ? new SampleDecision(true, isSuspect ? "chosen; a job of its namespace was caught lately" : "chosen")
            : new SampleDecision(false, "chosen, but the budget of trusted seconds is used up");
    }
}

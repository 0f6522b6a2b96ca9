using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// Buys the job of one attempt, once, at the market that it is meant for. The claim is written before anybody is asked, and never deleted.
/// </summary>
internal sealed class BuyJob(AttemptClaims claims, WatchList watchList, JobMarkets markets, Outages outages)
{
    /// <summary>Buys the job, or finds the one that an earlier execution bought.</summary>
    [Function(nameof(BuyJob))]
    public async Task<BuyJobOutcome> RunAsync([ActivityTrigger] BuyJobInput input, CancellationToken cancellationToken)
    {
        using var span = DurableTelemetry.Start(nameof(BuyJob), input.Trace, input.Key.Tag);
        using var single = await claims.EnterAsync(input.Key, cancellationToken);
        HeldClaim? held = null;
        try
        {
            if (await claims.ClaimAsync(input.Key, input.ScheduledAt, cancellationToken) is not { } claim)
            {
                throw new LostClaimException(input.Key);
            }

            if (claim.State == AttemptState.Settled)
            {
                return BuyJobOutcome.Impossible("settled", "The run of this attempt has ended.");
            }

            held = new HeldClaim(claims, claim, input.KnownInVain);
            return Judge(await BuyAsync(input, held, cancellationToken), held, input);
        }
        catch (Exception exception) when (OutcomeOf(exception, cancellationToken) is { } outcome)
        {
            return Judge(outcome, held, input);
        }
    }

    /// <summary>
    /// "No" counts only when it is known that nothing was bought: until then it is "not now". The machine of an attempt on fallback is
    /// ended with its run, whoever rented it.
    /// </summary>
    /// <param name="held">Null when nothing is known of the claim.</param>
    private static BuyJobOutcome Judge(BuyJobOutcome outcome, HeldClaim? held, BuyJobInput input) =>
        outcome.Status == BuyStatus.Bought ? outcome
        : held is { IsInDoubt: false } ? outcome with { KnownInVain = held.Mark }
        : outcome with
        {
            Status = input.OnFallback ? outcome.Status : BuyStatus.Unreachable,
            IsInDoubt = true,
        };

    private async Task<BuyJobOutcome> BuyAsync(BuyJobInput input, HeldClaim held, CancellationToken cancellationToken)
    {
        var market = markets.For(input.OnFallback);
        var outcome = held.Claim.JobUuid is { } uuid
            ? BuyJobOutcome.Bought(await LookAsync(market, uuid, input.Key.Attempt, cancellationToken))
            : await market.FindOrBuyAsync(input, held, cancellationToken);
        outages.Ended(market.Dependency);
        if (outcome.Update is { } update)
        {
            held.NoteBought();
            var claim = await claims.SetBoughtAsync(input.Key, update.JobUuid, update.IsFinal, cancellationToken);
            if (claim.State == AttemptState.Bought)
            {
                await watchList.AddAsync(input.Key, update.JobUuid, update.History.Count, cancellationToken);
            }
        }

        return outcome;
    }

    private static async Task<JobUpdate> LookAsync(IJobMarket market, string uuid, int attempt, CancellationToken cancellationToken)
    {
        try
        {
            return JobUpdates.From(await market.GetAsync(uuid, cancellationToken), attempt);
        }
        catch (ComputeHordeNotFoundException)
        {
            return JobUpdate.Gone(uuid, attempt);
        }
    }

    /// <returns>What an exception says of the purchase; null when it is a fault of ours.</returns>
    private BuyJobOutcome? OutcomeOf(Exception exception, CancellationToken cancellationToken) =>
        exception switch
        {
            ComputeHordeValidationException => BuyJobOutcome.Impossible("refused", exception.Message),
            ComputeHordeException horde => NotNow(horde),
            ClockException or LostClaimException => BuyJobOutcome.Unreachable(exception.Message),
            TooManyRequestsException => BuyJobOutcome.Refused(exception.Message),
            UnreadableSecretException => BuyJobOutcome.Impossible("secret_unreadable", exception.Message),
            InvalidDataException => BuyJobOutcome.Impossible("request_changed", exception.Message),
            _ when StorageOutages.MayPass(exception) && !cancellationToken.IsCancellationRequested => BuyJobOutcome.Unreachable(
                $"The storage account does not answer: {exception.Message}"
            ),
            _ => null,
        };

    private BuyJobOutcome NotNow(ComputeHordeException exception)
    {
        outages.Started(Outages.Of(exception), exception.Message);
        return exception switch
        {
            ComputeHordeUncertainCreateException => BuyJobOutcome.Unreachable(exception.Message),
            ComputeHordeAuthenticationException => BuyJobOutcome.Refused(exception.Message),
            ComputeHordeProtocolException { StatusCode: (>= 400 and < 500) or 500 } => BuyJobOutcome.Refused(exception.Message),
            { StatusCode: 400 } => BuyJobOutcome.NoValidator(exception.Message),
            _ => BuyJobOutcome.Unreachable(exception.Message),
        };
    }
}

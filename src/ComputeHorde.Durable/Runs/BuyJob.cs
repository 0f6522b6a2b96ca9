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
        try
        {
            return await BuyAsync(input, cancellationToken);
        }
        catch (ComputeHordeValidationException exception)
        {
            return BuyJobOutcome.Impossible("refused", exception.Message);
        }
        catch (ComputeHordeException exception)
        {
            return NotNow(exception);
        }
        catch (ClockException exception)
        {
            return BuyJobOutcome.Unreachable(exception.Message);
        }
        catch (TooManyRequestsException exception)
        {
            return BuyJobOutcome.Refused(exception.Message);
        }
        catch (LostClaimException exception)
        {
            return BuyJobOutcome.Unreachable(exception.Message);
        }
        catch (UnreadableSecretException exception)
        {
            return BuyJobOutcome.Impossible("secret_unreadable", exception.Message);
        }
        catch (InvalidDataException exception)
        {
            return BuyJobOutcome.Impossible("request_changed", exception.Message);
        }
        catch (Exception exception) when (StorageOutages.MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            return BuyJobOutcome.Unreachable($"The storage account does not answer: {exception.Message}");
        }
    }

    private async Task<BuyJobOutcome> BuyAsync(BuyJobInput input, CancellationToken cancellationToken)
    {
        if (await claims.ClaimAsync(input.Key, input.ScheduledAt, cancellationToken) is not { } claim)
        {
            throw new LostClaimException(input.Key);
        }

        if (claim.State == AttemptState.Settled)
        {
            return BuyJobOutcome.Impossible("settled", "The run of this attempt has ended.");
        }

        var market = markets.For(input.OnFallback);
        var outcome = claim.JobUuid is { } uuid
            ? BuyJobOutcome.Bought(await LookAsync(market, uuid, input.Key.Attempt, cancellationToken))
            : await market.FindOrBuyAsync(input, claim, cancellationToken);
        outages.Ended(market.Dependency);
        if (outcome.Update is { } update)
        {
            claim = await claims.SetBoughtAsync(input.Key, update.JobUuid, update.IsFinal, cancellationToken);
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

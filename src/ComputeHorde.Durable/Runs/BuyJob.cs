using Azure;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// Buys the job of one attempt, once. The claim is written before the facilitator is asked and renewed before each request; unless this very execution is known to
/// be the first, the tag is looked up before anything is created (protocol 14.6).
/// </summary>
internal sealed class BuyJob(
    AttemptClaims claims,
    WatchList watchList,
    IJobOrders orders,
    OutputUrls outputs,
    StreamingKeys keys,
    ComputeHordeClient client,
    ClockCheck clock,
    IOptions<DurableOptions> options,
    Outages outages,
    TimeProvider timeProvider,
    ILogger<BuyJob> logger)
{
    /// <summary>Requests that may store the job, over all executions. Beyond, the tag is looked up and nothing is sent any more.</summary>
    public const int MostRequests = 20;

    /// <summary>A message this old may have been delivered before: back ends hide one that is being worked at for at least a minute.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(50);

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
        if (await claims.ClaimAsync(input.Key, cancellationToken) is not { } claim)
        {
            throw new LostClaimException(input.Key);
        }

        if (claim.State == AttemptState.Settled)
        {
            return BuyJobOutcome.Impossible("settled", "The run of this attempt has ended.");
        }

        var (update, problem) = claim.JobUuid is { } uuid
            ? (await LookAsync(uuid, input.Key.Attempt, cancellationToken), null)
            : await FindOrCreateAsync(input, claim, cancellationToken);
        outages.Ended(Outages.Facilitator);
        if (update is null)
        {
            return problem!;
        }

        await claims.SetBoughtAsync(claim, update.JobUuid, update.HasEnded, cancellationToken);
        if (!update.HasEnded)
        {
            await watchList.AddAsync(input.Key, update.JobUuid, update.History.Count, cancellationToken);
        }

        return BuyJobOutcome.Bought(update);
    }

    private async Task<JobUpdate> LookAsync(string uuid, int attempt, CancellationToken cancellationToken)
    {
        try
        {
            return JobUpdates.From(await client.GetJobAsync(uuid, cancellationToken), attempt);
        }
        catch (ComputeHordeNotFoundException)
        {
            return JobUpdate.Gone(uuid, attempt);
        }
    }

    private async Task<(JobUpdate? Job, BuyJobOutcome? Problem)> FindOrCreateAsync(BuyJobInput input, AttemptClaim claim, CancellationToken cancellationToken)
    {
        var doubt = DoubtLeft(claim);
        if (doubt > TimeSpan.Zero || claim.Requests >= MostRequests)
        {
            var found = await client.GetJobsByTagAsync(input.Key.Tag, cancellationToken);
            return found.Count > 0
                ? (JobUpdates.From(found[0], input.Key.Attempt), null)
                : (null, BuyJobOutcome.Unreachable(doubt > TimeSpan.Zero
                    ? "A request for this job was sent a moment ago and has no answer; waiting until it cannot arrive any more."
                    : $"{claim.Requests} requests for this job were sent, and none is found by its tag. No more are sent, because each may have been stored."));
        }

        JobOrder order;
        try
        {
            order = await orders.LoadAsync(input.RequestId, input.RequestSha256, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return (null, BuyJobOutcome.Impossible("request_missing", $"The request '{input.RequestId}' is not stored any more."));
        }

        return (JobUpdates.From(await CreateAsync(input, claim, order, cancellationToken), input.Key.Attempt), null);
    }

    private async Task<ComputeHordeJob> CreateAsync(BuyJobInput input, AttemptClaim claim, JobOrder order, CancellationToken cancellationToken)
    {
        var life = TimeSpan.FromSeconds(input.UrlSeconds) + outputs.Margin;
        var spec = await outputs.AddToAsync(order.Spec, order.Outputs, input.Key, life, input.HasPreparedUrls, cancellationToken);
        using var certificate = spec.Streaming ? await keys.ProvideAsync(input.Key, order.StreamingCertificate, cancellationToken) : null;
        var created = await client.CreateJobAsync(
            spec,
            new CreateJobOptions
            {
                Tag = input.Key.Tag,
                OnTrustedMiner = input.Key.OnTrustedMiner,
                LookUpFirst = !IsFirst(input, claim) || clock.HasJumped(),
                StreamingCertificate = certificate,
                BeforeRequest = async token =>
                {
                    clock.RequireRight(client.ServerClockOffset);
                    claim = await claims.NoteRequestAsync(claim, token);
                },
            },
            cancellationToken);
        if (created.StreamingCertificate != certificate)
        {
            logger.StreamingKeyDiffers(created.Job.Uuid);
        }

        if (created.Created)
        {
            logger.JobCreated(input.Key.Tag, created.Job.Uuid);
        }
        else
        {
            logger.JobFoundByTag(input.Key.Tag, created.Job.Uuid);
        }

        return created.Job;
    }

    /// <summary>
    /// Whether no execution before this one can have sent anything: this one made the claim, and it was asked for so shortly ago, by this very process, that no
    /// other can have had it and have lost its claim with a storage that forgets.
    /// </summary>
    private bool IsFirst(BuyJobInput input, AttemptClaim claim) =>
        claim.IsNew && input.ScheduledAt >= claims.ProcessStarted && timeProvider.GetUtcNow() - input.ScheduledAt < Fresh;

    /// <summary>How long an earlier request may still be under way. A clock that was set back is no reason to wait longer than for one of now.</summary>
    private TimeSpan DoubtLeft(AttemptClaim claim)
    {
        if (claim.RequestedAt is not { } last)
        {
            return TimeSpan.Zero;
        }

        var age = timeProvider.GetUtcNow() - last;
        return TimeSpan.FromSeconds(options.Value.CreateFenceSeconds) - (age > TimeSpan.Zero ? age : TimeSpan.Zero);
    }

    private BuyJobOutcome NotNow(ComputeHordeException exception)
    {
        outages.Started(Outages.Facilitator, exception.Message);
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

using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// Buys the job of one attempt, once. The claim is written before the facilitator is asked, so that a second execution of this activity
/// knows that it is one, and looks the tag up before it creates anything (protocol 14.6).
/// </summary>
/// <param name="inFlight">Where claims are kept.</param>
/// <param name="requests">Where requests are kept.</param>
/// <param name="outputs">Mints the presigned output URLs of the attempt.</param>
/// <param name="keys">The keys of streaming jobs.</param>
/// <param name="client">The facilitator.</param>
/// <param name="outages">Says once when the facilitator is away.</param>
/// <param name="logger">The log.</param>
public sealed class BuyJob(
    AttemptClaims inFlight,
    RequestStore requests,
    OutputUrls outputs,
    StreamingKeys keys,
    ComputeHordeClient client,
    Outages outages,
    ILogger<BuyJob> logger)
{
    /// <summary>Creates the job, or finds the one that an earlier execution created.</summary>
    /// <param name="input">The attempt.</param>
    /// <param name="cancellationToken">Ends the activity when the host stops; it runs again later.</param>
    /// <returns>The job as first seen, or why there is none.</returns>
    [Function(nameof(BuyJob))]
    public async Task<BuyJobOutcome> RunAsync([ActivityTrigger] BuyJobInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var span = DurableTelemetry.Start(nameof(BuyJob), input.Trace, input.Key.Tag);
        using var single = await inFlight.EnterAsync(input.Key, cancellationToken);
        var claim = await inFlight.ClaimAsync(input.Key, cancellationToken);
        if (claim.IsContested)
        {
            return BuyJobOutcome.Later("Another process started to create this job a moment ago; waiting until it cannot be at it any more.");
        }

        try
        {
            var job = claim.JobUuid is { } uuid
                ? await client.GetJobAsync(uuid, cancellationToken)
                : await CreateAsync(input, claim, cancellationToken);
            outages.Ended(Outages.Facilitator);
            var update = JobUpdates.From(job, input.Key.Attempt);
            await inFlight.SetJobAsync(input.Key, update, cancellationToken);
            return BuyJobOutcome.Created(update);
        }
        catch (ComputeHordeException exception)
        {
            return Refused(exception);
        }
        catch (UnreadableSecretException exception)
        {
            return BuyJobOutcome.Never(exception.Message);
        }
    }

    private async Task<ComputeHordeJob> CreateAsync(BuyJobInput input, AttemptClaim claim, CancellationToken cancellationToken)
    {
        var request = await requests.LoadAsync(input.RequestId, input.RequestSha256, cancellationToken);
        var spec = await outputs.AddToAsync(request, input.Key, cancellationToken);
        using var certificate = spec.Streaming ? await keys.ProvideAsync(input.Key, request.StreamingCertificate, cancellationToken) : null;
        var created = await client.CreateJobAsync(
            spec,
            new CreateJobOptions
            {
                Tag = input.Key.Tag,
                OnTrustedMiner = input.Key.OnTrustedMiner,
                LookUpFirst = !claim.IsNew,
                StreamingCertificate = certificate,
            },
            cancellationToken);
        if (created.StreamingCertificate != certificate)
        {
            logger.StreamingKeyDiffers(created.Job.Uuid);
        }

        if (!created.Created)
        {
            logger.JobFoundByTag(input.Key.Tag, created.Job.Uuid);
        }
        else
        {
            logger.JobCreated(input.Key.Tag, created.Job.Uuid);
        }

        return created.Job;
    }

    private BuyJobOutcome Refused(ComputeHordeException exception)
    {
        if (!exception.IsTransient)
        {
            return BuyJobOutcome.Never(exception.Message);
        }

        outages.Started(Outages.Facilitator, exception.Message);
        return BuyJobOutcome.Later(exception.Message);
    }
}

using ComputeHorde.Durable.Models;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Secrets;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Activities;

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
public sealed class CreateJob(
    InFlightJobs inFlight,
    RequestStore requests,
    OutputUrls outputs,
    StreamingKeys keys,
    ComputeHordeClient client,
    Outages outages,
    ILogger<CreateJob> logger)
{
    /// <summary>Creates the job, or finds the one that an earlier execution created.</summary>
    /// <param name="input">The attempt.</param>
    /// <param name="cancellationToken">Ends the activity when the host stops; it runs again later.</param>
    /// <returns>The job as first seen, or why there is none.</returns>
    [Function(nameof(CreateJob))]
    public async Task<CreateJobOutcome> RunAsync([ActivityTrigger] CreateJobInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var span = DurableTelemetry.Start(nameof(CreateJob), input.Trace, input.Key.Tag);
        using var single = await inFlight.EnterAsync(input.Key, cancellationToken);
        var claim = await inFlight.ClaimAsync(input.Key, cancellationToken);
        if (claim.IsContested)
        {
            return CreateJobOutcome.Later("Another process started to create this job a moment ago; waiting until it cannot be at it any more.");
        }

        try
        {
            var job = claim.JobUuid is { } uuid
                ? await client.GetJobAsync(uuid, cancellationToken)
                : await CreateAsync(input, claim, cancellationToken);
            outages.Ended(Outages.Facilitator);
            var update = JobUpdates.From(job, input.Key.Attempt);
            await inFlight.SetJobAsync(input.Key, update, cancellationToken);
            return CreateJobOutcome.Created(update);
        }
        catch (ComputeHordeException exception)
        {
            return Refused(exception);
        }
        catch (UnreadableSecretException exception)
        {
            return CreateJobOutcome.Never(exception.Message);
        }
    }

    private async Task<ComputeHordeJob> CreateAsync(CreateJobInput input, InFlightClaim claim, CancellationToken cancellationToken)
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

    private CreateJobOutcome Refused(ComputeHordeException exception)
    {
        if (!exception.IsTransient)
        {
            return CreateJobOutcome.Never(exception.Message);
        }

        outages.Started(Outages.Facilitator, exception.Message);
        return CreateJobOutcome.Later(exception.Message);
    }
}

/// <summary>The attempt to buy.</summary>
/// <param name="Key">Which attempt of which run.</param>
/// <param name="RequestId">The stored request.</param>
/// <param name="RequestSha256">Its hash.</param>
public sealed record CreateJobInput(AttemptKey Key, string RequestId, string RequestSha256)
{
    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}

/// <summary>What became of the creation.</summary>
/// <param name="Update">The job as first seen; null when there is none.</param>
/// <param name="Problem">Why there is none; null when there is one.</param>
/// <param name="IsTransient">Whether waiting can help. Nothing was paid.</param>
public sealed record CreateJobOutcome(JobUpdate? Update, string? Problem, bool IsTransient)
{
    internal static CreateJobOutcome Created(JobUpdate update) => new(update, null, false);

    internal static CreateJobOutcome Later(string problem) => new(null, Texts.Cut(problem), true);

    internal static CreateJobOutcome Never(string problem) => new(null, Texts.Cut(problem), false);
}

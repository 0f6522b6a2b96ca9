using Azure;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// ComputeHorde. The claim is renewed before each request; unless this very execution is known to be the first, the tag is looked up before
/// anything is created (protocol 14.6).
/// </summary>
internal sealed class HordeMarket(
    AttemptClaims claims,
    IJobOrders orders,
    OutputUrls outputs,
    StreamingKeys keys,
    ComputeHordeClient client,
    ClockCheck clock,
    IOptions<DurableOptions> options,
    TimeProvider timeProvider,
    ILogger<HordeMarket> logger
) : IJobMarket
{
    /// <summary>
    /// Requests that may store the job, over all executions. Beyond, there is one each <see cref="SlowPace"/>: should look-ups be wrong,
    /// little is lost.
    /// </summary>
    public const int MostRequests = 20;

    /// <summary>
    /// A facilitator that answers with HTTP 500 for minutes, or that breaks connections for days, uses up any number of requests and may be
    /// well again.
    /// </summary>
    private static readonly TimeSpan SlowPace = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A message this old may have been delivered before: back ends hide one that is being worked at for at least a minute.
    /// </summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(50);

    public string Dependency => Outages.Facilitator;

    public async Task<JobSight> GetAsync(string jobUuid, CancellationToken cancellationToken) =>
        new(await client.GetJobAsync(jobUuid, includeResults: false, cancellationToken), client.ServerClockOffset);

    public Task<JobOutput> GetOutputAsync(string jobUuid, CancellationToken cancellationToken) =>
        client.GetJobOutputAsync(jobUuid, cancellationToken);

    public Task<IReadOnlyDictionary<string, JobLookup>> GetManyAsync(
        IReadOnlyCollection<string> jobUuids,
        CancellationToken cancellationToken
    ) => client.GetJobsAsync(jobUuids, includeResults: false, cancellationToken);

    /// <summary>ComputeHorde has no cancel.</summary>
    public Task<FallbackTerms?> ReleaseAsync(AttemptKey attempt, CancellationToken cancellationToken) =>
        Task.FromResult<FallbackTerms?>(null);

    public async Task<BuyJobOutcome> FindOrBuyAsync(BuyJobInput input, HeldClaim held, CancellationToken cancellationToken)
    {
        var doubt = DoubtLeft(held.Claim);
        if (held.IsInDoubt || doubt > TimeSpan.Zero || !MayRequest(held.Claim))
        {
            var found = await client.GetJobsByTagAsync(input.Key.Tag, cancellationToken);
            if (found.Count > 0)
            {
                return BuyJobOutcome.Bought(JobUpdates.From(found[0], input.Key.Attempt));
            }

            if (doubt > TimeSpan.Zero)
            {
                return BuyJobOutcome.Unreachable(
                    "A request for this job was sent a moment ago and has no answer; waiting until it cannot arrive any more."
                );
            }

            held.NoteInVain();
            RequireMayRequest(held.Claim);
        }

        JobOrder order;
        try
        {
            order = await orders.LoadAsync(input.RequestId, input.RequestSha256, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return BuyJobOutcome.Impossible("request_missing", $"The request '{input.RequestId}' is not stored any more.");
        }

        return BuyJobOutcome.Bought(JobUpdates.From(await CreateAsync(input, held, order, cancellationToken), input.Key.Attempt));
    }

    private async Task<ComputeHordeJob> CreateAsync(BuyJobInput input, HeldClaim held, JobOrder order, CancellationToken cancellationToken)
    {
        var life = TimeSpan.FromSeconds(input.UrlSeconds) + outputs.Margin;
        var spec = await outputs.AddToAsync(order.Spec, order.Outputs, input.Key, life, input.HasPreparedUrls, cancellationToken);
        using var certificate = spec.Streaming ? await keys.ProvideAsync(input.Key, order.StreamingCertificate, cancellationToken) : null;
        CreateJobResult created;
        try
        {
            created = await client.CreateJobAsync(
                spec,
                new CreateJobOptions
                {
                    Tag = input.Key.Tag,
                    OnTrustedMiner = input.Key.OnTrustedMiner,
                    LookUpFirst = !IsFirst(input, held.Claim) || clock.HasJumped(),
                    StreamingCertificate = certificate,
                    BeforeRequest = async token =>
                    {
                        // The client repeats none before it has looked for the job in vain.
                        held.NoteInVain();
                        clock.RequireRight(client.ServerClockOffset);
                        RequireMayRequest(held.Claim);
                        await held.NoteRequestAsync(token);
                    },
                },
                cancellationToken
            );
        }
        catch (ComputeHordeException exception) when (exception is not ComputeHordeUncertainCreateException)
        {
            // The client has looked up what it could not be sure of.
            held.NoteInVain();
            throw;
        }

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
    /// Whether no execution before this one can have sent anything: this one made the claim, and it was asked for so shortly ago that no
    /// other can have had it.
    /// </summary>
    private bool IsFirst(BuyJobInput input, AttemptClaim claim) => claim.IsFirst && timeProvider.GetUtcNow() - input.ScheduledAt < Fresh;

    private void RequireMayRequest(AttemptClaim claim)
    {
        if (!MayRequest(claim))
        {
            throw new TooManyRequestsException(claim.Requests);
        }
    }

    private bool MayRequest(AttemptClaim claim) =>
        claim.Requests < MostRequests || claims.SinceLastRequest(claim) is not { } age || age >= SlowPace;

    /// <summary>How long an earlier request may still be under way.</summary>
    private TimeSpan DoubtLeft(AttemptClaim claim) =>
        claims.SinceLastRequest(claim) is { } age ? TimeSpan.FromSeconds(options.Value.CreateFenceSeconds) - age : TimeSpan.Zero;
}

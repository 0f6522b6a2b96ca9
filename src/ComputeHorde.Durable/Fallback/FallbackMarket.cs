using Azure;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Fallback;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Fallback;

/// <summary>Machines of a fallback provider, as a market of jobs like ComputeHorde.</summary>
internal sealed class FallbackMarket(
    FallbackJobs jobs,
    IJobOrders orders,
    OutputUrls outputs,
    FallbackBudget budget,
    TimeProvider timeProvider
) : IJobMarket
{
    /// <summary>What a job's deadline may be late by until its verdict is known here.</summary>
    private const int VerdictSeconds = 180;

    public string Dependency => Outages.Fallback;

    public async Task<BuyJobOutcome> FindOrBuyAsync(BuyJobInput input, HeldClaim held, CancellationToken cancellationToken)
    {
        try
        {
            var order = await orders.LoadAsync(input.RequestId, input.RequestSha256, cancellationToken);
            var life = FallbackJobs.Lifetime(order.Spec, jobs.Options) + outputs.Margin;
            var spec = await outputs.AddToAsync(order.Spec, order.Outputs, input.Key, life, input.HasPreparedUrls, cancellationToken);
            var job = await jobs.CreateAsync(
                input.Key.Tag,
                spec,
                new FallbackCreateOptions
                {
                    MaxUsd = input.MaxUsd,
                    Reserve = async (id, bound, token) =>
                    {
                        // Nobody rents for an attempt that somebody else has taken over, or that is settled.
                        await held.NoteRequestAsync(token);
                        await budget.ReserveAsync(id, bound, token);
                    },
                },
                cancellationToken
            );
            return BuyJobOutcome.Bought(JobUpdates.From(Sight(job), input.Key.Attempt));
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return BuyJobOutcome.Impossible("request_missing", $"The request '{input.RequestId}' is not stored any more.");
        }
        catch (SpentBudgetException exception)
        {
            return BuyJobOutcome.NoMachine("fallback_budget", exception.Message);
        }
        catch (ComputeHordeValidationException exception)
        {
            return BuyJobOutcome.NoMachine("job_not_portable", exception.Message);
        }
        catch (FallbackException exception) when (exception.Failure != FallbackFailure.Unknown)
        {
            return BuyJobOutcome.NoMachine(exception.Reason, exception.Message);
        }
    }

    public async Task<JobSight> GetAsync(string jobUuid, CancellationToken cancellationToken) =>
        Sight(await jobs.GetAsync(jobUuid, cancellationToken));

    public async Task<JobOutput> GetOutputAsync(string jobUuid, CancellationToken cancellationToken) =>
        new((await jobs.GetAsync(jobUuid, cancellationToken)).Job);

    public async Task<IReadOnlyDictionary<string, JobLookup>> GetManyAsync(
        IReadOnlyCollection<string> jobUuids,
        CancellationToken cancellationToken
    ) =>
        (await jobs.GetManyAsync(jobUuids, cancellationToken)).ToDictionary(
            static look => look.Key,
            static look => new JobLookup(look.Key)
            {
                Job = look.Value.Job?.Job,
                Error = look.Value.Problem is { } problem ? new FallbackException(FallbackFailure.Unknown, problem) : null,
            },
            StringComparer.Ordinal
        );

    public async Task<FallbackTerms?> ReleaseAsync(AttemptKey attempt, CancellationToken cancellationToken)
    {
        var id = jobs.IdOf(attempt.Tag);
        var job = await jobs.ReleaseAsync(id, cancellationToken);
        await budget.SettleAsync(id, job is null ? 0 : job.CostUsd ?? job.CostBoundUsd, cancellationToken);
        return job is null ? null : Sight(job).Fallback;
    }

    private JobSight Sight(FallbackJob job) =>
        new(job.Job, ClockOffset: null)
        {
            Fallback = new FallbackTerms(job.Provider, job.CostBoundUsd)
            {
                UsdPerHour = job.UsdPerHour,
                CostUsd = job.CostUsd,
                BoundSeconds = Math.Max(0, (int)(job.Deadline - timeProvider.GetUtcNow()).TotalSeconds) + VerdictSeconds,
            },
        };
}

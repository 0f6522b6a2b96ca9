using System.Security.Cryptography;
using System.Text;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Runs;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Intake;

/// <summary>
/// Cancels and repeats the runs that a filter means, a bounded number a call. A call that is sent again does nothing twice.
/// </summary>
internal sealed class BulkRuns(RunService runs, RerunService reruns, StartEndpoint starts)
{
    private const int AtOnce = 8;

    private static readonly string[] Active = ["pending", "running", "suspended"];

    private static readonly string[] Ended =
    [
        RunStatuses.Failed,
        RunStatuses.TimedOut,
        RunStatuses.Cancelled,
        "terminated",
        RunStatuses.Completed,
    ];

    /// <summary>Cancels runs that have not ended.</summary>
    public async Task<BulkOutcome> CancelAsync(DurableTaskClient durable, BulkRequest request, CancellationToken cancellationToken)
    {
        var (found, next) = await FindAsync(durable, request, Active, Active, cancellationToken);
        if (!request.IsDryRun)
        {
            await Parallel.ForEachAsync(
                found,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (run, token) => await runs.CancelAsync(durable, run.Id, token)
            );
        }

        return new BulkOutcome(request.IsDryRun, [.. found.Select(static run => new BulkRun(run.Id, run.Status))], next?.ToString());
    }

    /// <summary>Repeats runs that have ended; those that completed only when they are asked for by their status.</summary>
    /// <param name="durable">Reads and starts runs.</param>
    /// <param name="key">Names the new runs, each together with the old one: the same key repeats no run twice.</param>
    public async Task<BulkOutcome> RerunAsync(
        DurableTaskClient durable,
        BulkRequest request,
        string key,
        CancellationToken cancellationToken
    )
    {
        request = request with { Limit = Math.Min(request.Limit, starts.MostAtOnce) };
        var (found, next) = await FindAsync(durable, request, Ended, Ended[..^1], cancellationToken);
        if (request.IsDryRun)
        {
            return new BulkOutcome(true, [.. found.Select(static run => new BulkRun(run.Id, run.Status))], next?.ToString());
        }

        starts.Take(found.Count);
        var outcomes = new BulkRun[found.Count];
        await Parallel.ForEachAsync(
            found.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (run, token) => outcomes[run.Index] = await RerunAsync(durable, run.Item, key, token)
        );
        return new BulkOutcome(false, outcomes, next?.ToString());
    }

    private async Task<BulkRun> RerunAsync(DurableTaskClient durable, RunView run, string key, CancellationToken cancellationToken)
    {
        // A name of its own for each pair: whatever the old name is, the new one is valid, and the same when the call is sent again.
        var name = $"{key}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run.Id)).AsSpan(0, 8))}";
        try
        {
            var started = await reruns.StartAsync(durable, run.Id, name, cancellationToken);
            return new BulkRun(run.Id, run.Status)
            {
                Rerun = started?.Id,
                Problem = started is null ? $"'{name}' is the name of something else." : null,
            };
        }
        catch (HttpProblemException problem)
        {
            return new BulkRun(run.Id, run.Status) { Problem = problem.Problem.Message };
        }
        catch (Sdk.ComputeHordeValidationException exception)
        {
            return new BulkRun(run.Id, run.Status) { Problem = exception.Message };
        }
    }

    private static Task<(IReadOnlyList<RunView> Runs, ContinuationToken? Next)> FindAsync(
        DurableTaskClient durable,
        BulkRequest request,
        string[] possible,
        string[] usual,
        CancellationToken cancellationToken
    )
    {
        if (request.Filter.Statuses.Except(possible).Any())
        {
            throw new Sdk.ComputeHordeValidationException("status", $"must be one of {string.Join(", ", possible)}.");
        }

        var filter = request.Filter.Statuses.Count > 0 ? request.Filter : request.Filter with { Statuses = usual };
        return RunLister.StoredAsync(durable, filter, request.Limit, request.Continuation, cancellationToken);
    }
}

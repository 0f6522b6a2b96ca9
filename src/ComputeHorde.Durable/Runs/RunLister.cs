using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>Goes through the task hub page by page, and gives back after a bounded part of it, found something or not.</summary>
internal static class RunLister
{
    /// <summary>How many pages of the task hub are looked through for one that is not empty.</summary>
    private const int MostHubPages = 10;

    /// <summary>Runs in the order in which the task hub keeps them, with their outcomes.</summary>
    public static async Task<(IReadOnlyList<RunView> Runs, ContinuationToken? Next)> StoredAsync(
        DurableTaskClient durable,
        RunFilter filter,
        int pageSize,
        ContinuationToken? continuation,
        CancellationToken cancellationToken
    )
    {
        var query = filter.ToQuery(pageSize) with { ContinuationToken = continuation?.Hub };
        var runs = new List<RunView>();
        string? next = null;
        var pages = 0;
        await foreach (
            var page in durable.GetAllInstancesAsync(query).AsPages(query.ContinuationToken, pageSize).WithCancellation(cancellationToken)
        )
        {
            runs.AddRange(Choose(page.Values, filter));
            next = page.ContinuationToken;
            if (runs.Count > 0 || ++pages == MostHubPages)
            {
                break;
            }
        }

        return (runs, ContinuationToken.OfHub(next));
    }

    /// <summary>The runs of instances that are meant. Copies on the trusted miner are nobody's but their check's.</summary>
    public static IEnumerable<RunView> Choose(IEnumerable<OrchestrationMetadata> instances, RunFilter filter) =>
        instances
            .Where(static instance => instance.Name == nameof(RunJob))
            .Select(static instance => (Instance: instance, Input: instance.ReadInputAs<RunInput>()))
            .Where(static found => found.Input is not { TrustedCopyOf: not null })
            .Select(static found => RunView.Of(found.Instance, found.Input))
            .Where(filter.Matches);
}

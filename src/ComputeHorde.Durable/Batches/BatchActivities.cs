using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Batches;

/// <summary>
/// How orchestrators of batches call the activities that need the storage: for as long as it is away, without which a batch of days would
/// break in an hour.
/// </summary>
internal static class BatchActivities
{
    /// <summary>Does the work of an activity.</summary>
    /// <returns>Its answer; null when the storage is away, and the orchestrator is to call again.</returns>
    public static async Task<T?> OrNotNowAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (StorageOutages.MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Calls an activity until it has an answer.</summary>
    public static async Task<T> AskAsync<T>(this TaskOrchestrationContext context, string activity, object input)
        where T : class => (await context.CallUntilAsync<T?>(activity, input, static answer => answer is not null))!;

    /// <summary>Calls an activity until its answer says that its work is done.</summary>
    public static async Task<T> CallUntilAsync<T>(
        this TaskOrchestrationContext context,
        string activity,
        object input,
        Func<T, bool> isDone
    )
    {
        for (var round = 0; ; round++)
        {
            var answer = await context.CallActivityAsync<T>(activity, input, RetryOptions.Activity);
            if (isDone(answer))
            {
                return answer;
            }

            await context.CreateTimer(
                context.CurrentUtcDateTime + Pauses.Grow(Pauses.First, round, Pauses.Longest),
                CancellationToken.None
            );
        }
    }
}

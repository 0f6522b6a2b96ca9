using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Batches;

/// <summary>
/// Joins the verdicts of a batch's lines to its summary, as they come. A batch ends when its lines have; their checks may take longer, by
/// days when the trusted miner is away.
/// </summary>
internal static class CollectVerdicts
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5),
        MostTime = TimeSpan.FromDays(7);

    /// <summary>The name of the collection of a batch.</summary>
    public static string InstanceId(string batchId) => batchId + "~verdicts";

    [Function(nameof(CollectVerdicts))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var input = context.GetInput<SummariseBatchInput>() ?? throw new ArgumentException("Verdicts need their batch.", nameof(context));
        var isCancelled = input.Status == BatchStatuses.Cancelled;
        var giveUpAt = context.CurrentUtcDateTime + MostTime;
        var order = context.WaitForExternalEvent<string>(RunBatch.OrderEvent);
        for (var round = 0; ; round++)
        {
            var isLast = context.CurrentUtcDateTime >= giveUpAt;
            var pending = await context.AskAsync<PendingVerdicts>(nameof(JoinVerdicts), new JoinVerdictsInput(input, isLast));
            if (pending.Count == 0 || isLast)
            {
                await Notice.SendAsync(
                    context,
                    input.Webhook,
                    input.BatchId,
                    NoticeTypes.Batch + NoticeTypes.Checked,
                    new
                    {
                        Id = input.BatchId,
                        input.Status,
                        Unknown = pending.Count,
                    }
                );
                return;
            }

            if (isCancelled)
            {
                foreach (var run in pending.SomeRuns)
                {
                    context.SendEvent(CheckInput.InstanceId(run), RunInbox.CancelEvent, "cancelled with its batch");
                }
            }

            using var timer = new CancellationTokenSource();
            await Task.WhenAny(
                order,
                context.CreateTimer(
                    context.CurrentUtcDateTime + Pauses.Grow(FirstPause, isCancelled ? 0 : round, Pauses.Longest),
                    timer.Token
                )
            );
            if (order.IsCompleted)
            {
                End(timer);
                isCancelled |= await order == BatchOrders.Cancel;
                order = context.WaitForExternalEvent<string>(RunBatch.OrderEvent);
            }
        }
    }

    private static void End(CancellationTokenSource timer) => timer.Cancel();
}

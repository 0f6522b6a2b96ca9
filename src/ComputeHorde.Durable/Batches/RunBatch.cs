using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Batches;

/// <summary>
/// Runs many jobs, so many at once. The batch reads its source slice by slice and then leaves the running to lanes
/// (<see cref="RunBatchLane"/>), each of which begins its history anew with every chunk; so no history grows with the number of jobs, but
/// for about a hundred reports of progress.
/// </summary>
internal static class RunBatch
{
    /// <summary>
    /// The name of the external event by which callers steer a batch, and the batch its lanes: one of <see cref="BatchOrders"/>.
    /// </summary>
    public const string OrderEvent = "Order";

    /// <summary>The name of the external event by which a lane tells how far it is.</summary>
    public const string ProgressEvent = "Progress";

    /// <summary>
    /// Jobs that one lane has under way, unless there are too few lanes: a small part of a chunk, so that little stands idle at its end.
    /// </summary>
    internal const int LaneWidth = 4;

    /// <summary>How often all lanes together tell how far they are, about, from start to end.</summary>
    private const int Reports = 100;

    /// <summary>The orchestrator.</summary>
    /// <param name="context">Its only source of time, ids and I/O.</param>
    /// <returns>How the batch ended.</returns>
    [Function(nameof(RunBatch))]
    public static async Task<BatchSummary?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var input =
            context.GetInput<BatchInput>() ?? throw new ArgumentException("A batch needs its input: where its jobs are.", nameof(context));
        if (input.Contents is not { } contents)
        {
            context.ContinueAsNew(input with { Contents = await ReadAsync(context, input) });
            return null;
        }

        var status =
            contents.Problem is not null ? BatchStatuses.Unreadable
            : input.Strict && contents.Invalid > 0 ? BatchStatuses.Rejected
            : await new Lanes(context, input, contents).RunAsync();
        var ended = new SummariseBatchInput(context.InstanceId, status, contents) { Webhook = input.Webhook };
        var summary = await context.AskAsync<BatchSummary>(nameof(SummariseBatch), ended);
        if (summary.Verdicts.ContainsKey(Verdicts.Pending))
        {
            await context.CallActivityAsync<bool>(nameof(StartCollecting), ended, RetryOptions.Activity);
        }

        await Notice.SendAsync(
            context,
            input.Webhook,
            context.InstanceId,
            NoticeTypes.Batch + status,
            new { Id = context.InstanceId, Summary = summary }
        );
        return summary;
    }

    private static async Task<BatchContents> ReadAsync(TaskOrchestrationContext context, BatchInput input)
    {
        var contents = new BatchContents();
        while (!contents.IsComplete && contents.Problem is null)
        {
            context.SetCustomStatus(new BatchProgress(BatchPhases.Reading, contents.Valid, contents.Invalid));
            contents = await context.AskAsync<BatchContents>(
                nameof(ReadBatch),
                new ReadBatchInput(context.InstanceId, input.Source, contents, input.Specification)
            );
        }

        return contents;
    }

    /// <summary>The lanes of a batch under way.</summary>
    private sealed class Lanes(TaskOrchestrationContext context, BatchInput input, BatchContents contents)
    {
        private readonly List<Task<LaneProgress>> _lanes = [];
        private readonly Dictionary<int, LaneProgress> _progress = [];
        private string _order = BatchOrders.Resume;

        public async Task<string> RunAsync()
        {
            var order = context.WaitForExternalEvent<string>(OrderEvent);
            var progress = context.WaitForExternalEvent<LaneProgress>(ProgressEvent);

            // Orders that came while the batch was read are delivered at the end of this turn, and lanes that start in it would not hear of
            // them.
            await context.CreateTimer(context.CurrentUtcDateTime, CancellationToken.None);
            while (order.IsCompleted)
            {
                ApplyOrder(await order);
                order = context.WaitForExternalEvent<string>(OrderEvent);
            }

            if (_order != BatchOrders.Cancel)
            {
                Start();
            }

            while (true)
            {
                ShowProgress(BatchPhases.Running);
                if (order.IsCompleted)
                {
                    ApplyOrder(await order);
                    order = context.WaitForExternalEvent<string>(OrderEvent);
                }
                else if (progress.IsCompleted)
                {
                    ApplyProgress(await progress);
                    progress = context.WaitForExternalEvent<LaneProgress>(ProgressEvent);
                }
                else if (_lanes.TrueForAll(static lane => lane.IsCompleted))
                {
                    break;
                }
                else
                {
                    await Task.WhenAny(Task.WhenAll(_lanes), order, progress);
                }
            }

            foreach (var lane in _lanes)
            {
                ApplyProgress(await lane);
            }

            ShowProgress(BatchPhases.Summarising);
            return _order == BatchOrders.Cancel ? BatchStatuses.Cancelled : BatchStatuses.Completed;
        }

        private void Start()
        {
            var count = Math.Min((input.MaxParallel + LaneWidth - 1) / LaneWidth, contents.Chunks);
            for (var number = 0; number < count; number++)
            {
                var width = (input.MaxParallel / count) + (number < input.MaxParallel % count ? 1 : 0);
                var lane = new LaneInput(context.InstanceId, number, count, width, contents.Chunks, ReportEvery(count))
                {
                    Chunk = number,
                    Order = _order,
                };
                _lanes.Add(
                    context.CallSubOrchestratorAsync<LaneProgress>(
                        nameof(RunBatchLane),
                        lane,
                        new SubOrchestrationOptions(instanceId: LaneId(number))
                    )
                );
            }
        }

        /// <summary>
        /// Lanes of many lines report often enough for <see cref="Reports"/> in all; short ones twice at least, or nothing would be seen
        /// until their end.
        /// </summary>
        private int ReportEvery(int lanes) => Math.Max(1, Math.Min(contents.Valid / Reports, contents.Valid / (2 * lanes)));

        private void ApplyOrder(string? order)
        {
            if (order is null || _order == BatchOrders.Cancel || !BatchOrders.All.Contains(order))
            {
                return;
            }

            _order = order;
            for (var number = 0; number < _lanes.Count; number++)
            {
                if (!_lanes[number].IsCompleted)
                {
                    context.SendEvent(LaneId(number), OrderEvent, order);
                }
            }
        }

        private void ApplyProgress(LaneProgress? lane)
        {
            if (lane is not null && !(_progress.TryGetValue(lane.Lane, out var known) && known.Done >= lane.Done))
            {
                _progress[lane.Lane] = lane;
            }
        }

        private void ShowProgress(string phase) =>
            context.SetCustomStatus(
                new BatchProgress(phase, contents.Valid, contents.Invalid)
                {
                    Done = _progress.Values.Sum(static lane => lane.Done),
                    Completed = _progress.Values.Sum(static lane => lane.Completed),
                    Paused = _order == BatchOrders.Pause,
                }
            );

        private string LaneId(int number) => $"{context.InstanceId}{Names.Separator}lane-{number}";
    }
}

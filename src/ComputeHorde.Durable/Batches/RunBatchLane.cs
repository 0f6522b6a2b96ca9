using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Batches;

/// <summary>
/// Runs every n-th chunk of a batch, the jobs of a chunk in a sliding window, and begins its history anew after each chunk. Between two
/// chunks nothing of the lane is under way, so nothing is lost by that.
/// </summary>
internal static class RunBatchLane
{
    /// <summary>The orchestrator.</summary>
    /// <param name="context">Its only source of time, ids and I/O.</param>
    /// <returns>How far the lane came: at its end, to the end.</returns>
    [Function(nameof(RunBatchLane))]
    public static async Task<LaneProgress?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var input = context.GetInput<LaneInput>() ?? throw new ArgumentException("A lane needs its input: its batch.", nameof(context));
        var chunk = new BatchChunk(input.BatchId, input.Chunk);
        var lines = await context.AskAsync<BatchLine[]>(BatchChunks.Load, chunk);
        var window = new Window(context, lines, input);
        var results = await window.RunAsync();
        await context.CallUntilAsync<string?>(BatchChunks.Save, new BatchChunkResults(chunk, results), static notNow => notNow is null);
        await window.TakeOrderAsync();

        var progress = window.Progress;
        var next = input with
        {
            Chunk = input.Chunk + input.Lanes,
            Done = progress.Done,
            Completed = progress.Completed,
            Order = window.Order,
        };
        if (next.Chunk >= input.Chunks || window.Order == BatchOrders.Cancel)
        {
            return progress;
        }

        context.ContinueAsNew(next);
        return null;
    }

    /// <summary>The jobs of one chunk under way.</summary>
    private sealed class Window(TaskOrchestrationContext context, IReadOnlyList<BatchLine> lines, LaneInput lane)
    {
        private readonly List<(BatchLine Line, Task<RunOutcome> Run)> _running = [];
        private readonly List<BatchResult> _results = [];
        private Task<string> _order = context.WaitForExternalEvent<string>(RunBatch.OrderEvent);
        private int _next;

        public string Order { get; private set; } = lane.Order;

        public LaneProgress Progress =>
            new(lane.Lane, lane.Done + _results.Count, lane.Completed + _results.Count(static result => result.IsCompleted));

        private bool HasMore => _next < lines.Count && Order != BatchOrders.Cancel;

        public async Task<IReadOnlyList<BatchResult>> RunAsync()
        {
            while (HasMore || _running.Count > 0)
            {
                if (_order.IsCompleted)
                {
                    ApplyOrder(await _order);
                    _order = context.WaitForExternalEvent<string>(RunBatch.OrderEvent);
                    continue;
                }

                while (HasMore && Order != BatchOrders.Pause && _running.Count < lane.Width)
                {
                    Begin(lines[_next++]);
                }

                await Task.WhenAny([_order, .. _running.Select(static running => running.Run)]);
                var before = Progress.Done;
                foreach (var ended in _running.Where(static running => running.Run.IsCompleted))
                {
                    _results.Add(await ResultAsync(ended.Line, ended.Run));
                }

                _running.RemoveAll(static running => running.Run.IsCompleted);
                if (ReportsAt(Progress.Done) > ReportsAt(before))
                {
                    context.SendEvent(lane.BatchId, RunBatch.ProgressEvent, Progress);
                }
            }

            return [.. _results.OrderBy(static result => result.Line)];
        }

        /// <summary>
        /// Obeys an order that came when nothing was under way any more: the waiter has taken it, so the next chunk would not get it.
        /// </summary>
        public async Task TakeOrderAsync()
        {
            if (_order.IsCompleted)
            {
                ApplyOrder(await _order);
            }
        }

        private void Begin(BatchLine line)
        {
            _running.Add(
                (
                    line,
                    context.CallSubOrchestratorAsync<RunOutcome>(
                        nameof(RunJob),
                        line.Run,
                        new SubOrchestrationOptions(instanceId: line.Run.RequestId)
                    )
                )
            );
            if (!context.IsReplaying)
            {
                RunTelemetry.Started(line.ExecutorClass);
            }
        }

        private void ApplyOrder(string? order)
        {
            Order = order ?? Order;
            if (Order == BatchOrders.Cancel)
            {
                foreach (var (line, _) in _running)
                {
                    context.SendEvent(line.Run.RequestId, RunInbox.CancelEvent, "cancelled with its batch");
                }
            }
        }

        /// <summary>
        /// How many reports are due by then. Each lane begins elsewhere, so that reports of many lanes are spread over the time.
        /// </summary>
        private int ReportsAt(int done) => (done + (lane.Lane % lane.ReportEvery)) / lane.ReportEvery;

        private static async Task<BatchResult> ResultAsync(BatchLine line, Task<RunOutcome> run)
        {
            try
            {
                var outcome = await run;
                return new BatchResult(line.Line, outcome.Status)
                {
                    Run = line.Run.RequestId,
                    JobUuid = outcome.JobUuid,
                    Attempts = outcome.PaidAttempts,
                    ExecutorSeconds = outcome.ExecutorSeconds,
                    FailureClass = outcome.Failure?.Class,
                    Reason = outcome.Failure?.Reason,
                    Verdict = outcome.IsChecked ? Verdicts.Pending : null,
                    Manifest = outcome.Result?.Blob,
                };
            }
            catch (TaskFailedException exception)
            {
                return new BatchResult(line.Line, LineStatuses.Broken)
                {
                    Run = line.Run.RequestId,
                    Reason = HistoryText.Truncate(exception.FailureDetails.ErrorMessage),
                };
            }
        }
    }
}

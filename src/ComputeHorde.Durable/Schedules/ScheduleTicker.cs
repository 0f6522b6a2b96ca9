using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Grpc.Core;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Schedules;

/// <summary>
/// Starts what is due. An occurrence has a run of its own name, so whoever starts it again, on another machine, after a crash or after the
/// clock was set back, starts nothing; the document only says where to go on.
/// </summary>
internal sealed class ScheduleTicker(
    ScheduleStore store,
    RunStarter runs,
    IBatchStarter batches,
    RunService views,
    ScheduleTelemetry telemetry,
    TimeProvider time,
    ILogger<ScheduleTicker> logger
)
{
    private const int MostStarts = 100;

    /// <summary>The status of what is gone.</summary>
    private const string Unknown = "unknown";

    /// <summary>How long a schedule that somebody else has made or changed may go unnoticed, and a clock that was set.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    private int _isTicking;
    private Look? _looked;

    /// <summary>A schedule has changed: look at the next tick.</summary>
    public void Wake() => _looked = null;

    public async Task TickAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        if ((_looked is { } looked && time.GetElapsedTime(looked.At) < looked.Pause) || Interlocked.Exchange(ref _isTicking, 1) == 1)
        {
            return;
        }

        try
        {
            var begun = time.GetTimestamp();
            _looked = new Look(begun, LookEvery);
            var due = time.GetUtcNow() + LookEvery;
            await foreach (var schedule in store.ListAsync(cancellationToken))
            {
                if (!schedule.Document.IsDeleted && await AdvanceAsync(durable, schedule, cancellationToken) is { } next && next < due)
                {
                    due = next;
                }
            }

            // Unless somebody has woken us meanwhile.
            _looked = _looked is null ? null : new Look(begun, due - time.GetUtcNow());
        }
        finally
        {
            Volatile.Write(ref _isTicking, 0);
        }
    }

    /// <summary>Starts what is due of one schedule.</summary>
    /// <returns>When something is due again; null when nothing is.</returns>
    private async Task<DateTimeOffset?> AdvanceAsync(
        DurableTaskClient durable,
        StoredSchedule schedule,
        CancellationToken cancellationToken
    )
    {
        var document = schedule.Document;
        try
        {
            var changed = await StartDueAsync(
                durable,
                schedule,
                await LookAtLastAsync(durable, document, cancellationToken),
                cancellationToken
            );
            telemetry.Report(schedule.Name, changed.Horde);
            if (changed != document && !await store.TrySaveAsync(schedule.Name, changed, schedule.ETag, cancellationToken))
            {
                // Changed by a caller or another machine: what it says now is looked at next.
                return time.GetUtcNow();
            }

            return changed is { IsPaused: false, Next: { } next } ? schedule.StartOf(next) : null;
        }
        catch (Exception exception)
            when ((StorageOutages.MayPass(exception) || exception is RpcException) && !cancellationToken.IsCancellationRequested)
        {
            // Nothing was noted: the next tick starts the same occurrences, which have their names.
            return time.GetUtcNow();
        }
    }

    private async Task<ScheduleDocument> StartDueAsync(
        DurableTaskClient durable,
        StoredSchedule schedule,
        ScheduleDocument document,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var occurrences = Occurrences.Of(document.Spec);
        var tooLate = now.AddSeconds(-document.Spec.CatchUpSeconds);
        var next = document.Next;
        if (next is null || occurrences.After(now) < next)
        {
            // The clock was set back. What was started lately has its run and is not started twice, whatever comes again.
            next = occurrences.After(document.Since > now ? now : Later(tooLate, document.Since));
        }

        if (next < tooLate.AddSeconds(-document.Spec.JitterSeconds))
        {
            logger.OccurrencesSkipped(schedule.Name, next.Value, tooLate);
            next = occurrences.After(tooLate.AddSeconds(-document.Spec.JitterSeconds));
        }

        for (
            var starts = 0;
            next is { } occurrence && schedule.StartOf(occurrence) <= now && starts < MostStarts;
            starts++, next = occurrences.After(occurrence)
        )
        {
            if (!document.IsPaused && schedule.StartOf(occurrence) >= tooLate)
            {
                document = await StartAsync(durable, schedule.Name, document, occurrence, cancellationToken);
            }
        }

        return document with
        {
            Next = next,
        };
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private async Task<ScheduleDocument> StartAsync(
        DurableTaskClient durable,
        string name,
        ScheduleDocument document,
        DateTimeOffset occurrence,
        CancellationToken cancellationToken
    )
    {
        var run = StoredSchedule.RunOf(name, occurrence);
        try
        {
            var request = BinaryData.FromObjectAsJson(document.Request);
            var isBatch = batches.IsBatch(request);
            var started = isBatch
                ? await batches.StartAsync(durable, run, request, specification: null, cancellationToken)
                : await runs.StartAsync(durable, run, JobRequest.Parse(request), hasPreparedUrls: false, cancellationToken);
            return document with
            {
                Last = new ScheduledRun(run, occurrence) { IsBatch = isBatch },
                Problem = started is null ? $"'{run}' was started before, as something else." : null,
            };
        }
        catch (ComputeHordeValidationException exception)
        {
            logger.OccurrenceRefused(name, run, exception.Problems.Count);
            var first = exception.Problems[0];
            return document with { Problem = HistoryText.Truncate($"'{run}' was refused: {first.Field} {first.Message}") };
        }
    }

    private async Task<ScheduleDocument> LookAtLastAsync(
        DurableTaskClient durable,
        ScheduleDocument document,
        CancellationToken cancellationToken
    )
    {
        if (document.Last is not { Status: null } last)
        {
            return document;
        }

        if (last.IsBatch)
        {
            // How many of its lines completed says more of their jobs than of the horde.
            var batch = await batches.FindAsync(durable, last.Run, cancellationToken);
            return batch is { HasEnded: false } ? document : document with { Last = last with { Status = batch?.Status ?? Unknown } };
        }

        var run = await views.FindAsync(durable, last.Run, cancellationToken);
        return document with
        {
            Horde = HordeStates.Of(run) ?? document.Horde,
            Last =
                run is null ? last with { Status = Unknown }
                : RunEvents.HasEnded(run) ? last with { Status = run.Status }
                : last,
        };
    }

    /// <summary>When the schedules were looked at, and for how long that is enough.</summary>
    private sealed record Look(long At, TimeSpan Pause);
}

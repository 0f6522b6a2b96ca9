using ComputeHorde.Durable.Hosting;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Limits;

/// <summary>
/// Gives the places of limited namespaces to the runs that wait for one, in the order of priority and age. The one timer that polls
/// decides, whatever the number of hosts. While nobody waits it costs one listing now and then.
/// </summary>
internal sealed class Admission(Places places, LimitBook book, TimeProvider timeProvider, ILogger<Admission> logger)
{
    /// <summary>The name of the external event that tells a run of its place.</summary>
    public const string EventName = "PlaceGranted";

    private const int LookedAtAtOnce = 50;

    /// <summary>
    /// How long who asks on another machine may not be noticed when nobody has waited: each look is a listing, a dear one, day and night.
    /// </summary>
    private static readonly TimeSpan LookIdleEvery = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(30),
        SweepIdleEvery = TimeSpan.FromMinutes(10);

    private long? _sweptAt,
        _idleAt;

    public async Task AdmitAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        if (!places.TakeAsked() && _idleAt is { } idle && timeProvider.GetElapsedTime(idle) < LookIdleEvery)
        {
            return;
        }

        _idleAt = null;
        var waiting = await places.WaitingAsync(cancellationToken);
        if (waiting.Count == 0)
        {
            _idleAt = timeProvider.GetTimestamp();
            await SweepIdleAsync(durable, cancellationToken);
            return;
        }

        var held = await places.HeldAsync(cancellationToken);
        var used = await places.UsedAsync(cancellationToken);
        var inFlight = held.Values.CountBy(static name => name).ToDictionary(StringComparer.Ordinal);
        var admitted = 0;
        foreach (
            var run in waiting
                .OrderByDescending(static run => run.Place.Priority)
                .ThenBy(static run => run.Since)
                .ThenBy(static run => run.Run, StringComparer.Ordinal)
        )
        {
            var name = run.Place.Namespace;
            if (!held.ContainsKey(run.Run))
            {
                var bounds = book.For(name)
                    .With(
                        new NamespaceLimits { MaxInFlight = run.Place.MaxInFlight, ExecutorSecondsPerDay = run.Place.ExecutorSecondsPerDay }
                    );
                if (inFlight.GetValueOrDefault(name) >= bounds.MaxInFlight || used.GetValueOrDefault(name) >= bounds.ExecutorSecondsPerDay)
                {
                    continue;
                }

                await places.HoldAsync(run, cancellationToken);
                inFlight[name] = inFlight.GetValueOrDefault(name) + 1;
            }

            // The place first, the run second, the queue last: a crash in between tells the run again.
            await TellAsync(durable, run.Run, cancellationToken);
            admitted++;
        }

        logger.Admitted(admitted, waiting.Count - admitted);
        if (admitted < waiting.Count && IsSweepDue(SweepEvery))
        {
            await SweepAsync(durable, held.Keys, cancellationToken);
        }
    }

    private async Task TellAsync(DurableTaskClient durable, string run, CancellationToken cancellationToken)
    {
        try
        {
            await durable.RaiseEventAsync(run, EventName, "", cancellationToken);
            await places.StopWaitingAsync(run, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Back ends refuse events for what has ended, each with an exception of its own. One run's trouble must not keep the others
            // waiting.
            await ForgetIfEndedAsync(durable, run, cancellationToken);
        }
    }

    /// <summary>
    /// A back end may deliver a run's request for a place again when the run has long ended, and drops the event that tells it of the
    /// place: what nobody waits for is looked at as well, rarely.
    /// </summary>
    private async Task SweepIdleAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        if (IsSweepDue(SweepIdleEvery))
        {
            await SweepAsync(durable, (await places.HeldAsync(cancellationToken)).Keys, cancellationToken);
        }
    }

    private bool IsSweepDue(TimeSpan interval) => _sweptAt is not { } last || timeProvider.GetElapsedTime(last) >= interval;

    /// <summary>A run that was terminated, or broke, gives nothing back: now and then the holders are looked at.</summary>
    private async Task SweepAsync(DurableTaskClient durable, IEnumerable<string> holders, CancellationToken cancellationToken)
    {
        _sweptAt = timeProvider.GetTimestamp();
        await Parallel.ForEachAsync(
            holders.OrderBy(static _ => Random.Shared.Next()).Take(LookedAtAtOnce),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
            async (run, token) => await ForgetIfEndedAsync(durable, run, token)
        );
    }

    private async Task ForgetIfEndedAsync(DurableTaskClient durable, string run, CancellationToken cancellationToken)
    {
        try
        {
            if (await durable.GetInstanceAsync(run, cancellationToken) is null or { IsCompleted: true })
            {
                await places.ForgetAsync(run, cancellationToken);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.RunNotTold(run, "-", exception.Message);
        }
    }
}

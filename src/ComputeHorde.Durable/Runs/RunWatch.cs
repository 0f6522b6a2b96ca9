using System.Globalization;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>Follows runs for callers that stay connected.</summary>
internal sealed class RunWatch(RunService runs, Watchers watchers)
{
    private const int MostSeconds = 60;

    /// <summary>A client connects again by itself; before functions are ended for taking too long.</summary>
    private static readonly TimeSpan LongestStream = TimeSpan.FromMinutes(10);

    /// <summary>Shows a run: with <c>?wait=</c> (seconds, at most 60) as soon as it has ended or changed, else, and at the latest, as it is.</summary>
    public async Task<IActionResult> ShowAsync(HttpRequest request, DurableTaskClient durable, string id, CancellationToken cancellationToken)
    {
        var wait = SecondsOf(request);
        var run = await FindAsync(durable, id, cancellationToken);
        var answer = HttpResults.Conditional(request, run);

        // What differs from what the caller knows is news already.
        if (wait == 0 || RunEvents.HasEnded(run) || (request.Headers.IfNoneMatch.Count > 0 && answer is not TextResult { StatusCode: 304 }))
        {
            return answer;
        }

        using var place = watchers.Enter();
        var known = RunEvents.Fingerprint(run);
        var changes = watchers.ChangesAsync(cancellation => runs.FindAsync(durable, id, cancellation), RunEvents.Fingerprint, TimeSpan.FromSeconds(wait), cancellationToken);
        await foreach (var change in changes.WithCancellation(cancellationToken))
        {
            if (change is not null && RunEvents.Fingerprint(change) != known)
            {
                return HttpResults.Conditional(request, change);
            }
        }

        return HttpResults.Conditional(request, await FindAsync(durable, id, cancellationToken));
    }

    /// <summary>Sends what happens to a run as server-sent events, until it has ended.</summary>
    public async Task<IActionResult> StreamAsync(HttpRequest request, DurableTaskClient durable, string id, CancellationToken cancellationToken)
    {
        _ = await FindAsync(durable, id, cancellationToken);
        var lastId = request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : null;
        if (lastId == RunEvents.End)
        {
            // By the specification of server-sent events, the one answer that keeps a client from connecting again.
            return new NoContentResult();
        }

        using var place = watchers.Enter();
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, request.HttpContext.RequestAborted);
        var events = new RunEvents(lastId);
        EventStream.Begin(request.HttpContext.Response);
        try
        {
            var changes = watchers.ChangesAsync(cancellation => runs.FindAsync(durable, id, cancellation), RunEvents.Fingerprint, LongestStream, gone.Token);
            await foreach (var run in changes.WithCancellation(gone.Token))
            {
                await EventStream.WriteAsync(request.HttpContext.Response, run is null ? [] : events.News(run), gone.Token);
                if (run is not null && RunEvents.HasEnded(run))
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (gone.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // The caller has gone away, or the host stops: it connects again.
        }

        return new EmptyResult();
    }

    private async Task<RunView> FindAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken) =>
        await runs.FindAsync(durable, id, cancellationToken) ?? throw HttpResults.NoRun(id);

    private static int SecondsOf(HttpRequest request)
    {
        var seconds = 0;
        return request.Query["wait"].ToString() is not { Length: > 0 } text
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) && seconds <= MostSeconds)
                ? seconds
                : throw new ComputeHordeValidationException("wait", $"must be a whole number of seconds between 0 and {MostSeconds}.");
    }
}

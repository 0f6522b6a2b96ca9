using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Notices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>Follows runs for callers that stay connected.</summary>
internal sealed class RunWatch(RunService runs, Watchers watchers, LongPoll poll)
{
    /// <summary>A client connects again by itself; before functions are ended for taking too long.</summary>
    private static readonly TimeSpan LongestStream = TimeSpan.FromMinutes(10);

    /// <summary>Shows a run: with <c>?wait=</c> as soon as it has ended or changed.</summary>
    public Task<IActionResult> ShowAsync(HttpRequest request, DurableTaskClient durable, string id, CancellationToken cancellationToken) =>
        poll.ShowAsync(
            request,
            cancellation => runs.FindAsync(durable, id, cancellation),
            RunEvents.HasEnded,
            RunEvents.Fingerprint,
            () => HttpResults.NoRun(id),
            cancellationToken
        );

    /// <summary>Sends what happens to a run as server-sent events, until it has ended.</summary>
    public async Task<IActionResult> StreamAsync(
        HttpRequest request,
        DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    )
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
            var changes = watchers.ChangesAsync(
                cancellation => runs.FindAsync(durable, id, cancellation),
                RunEvents.Fingerprint,
                LongestStream,
                gone.Token
            );
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
}

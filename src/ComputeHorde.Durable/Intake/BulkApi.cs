using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Intake;

/// <summary>Repeats runs, and acts on many by the filters of lists.</summary>
internal sealed class BulkApi(StartEndpoint starts, RerunService reruns, BulkRuns bulk, TimeProvider time)
{
    private const string RerunRoute = "jobs/{id}/rerun";

    /// <summary>Repeats a run that has ended, under a name that <c>Idempotency-Key</c> may give.</summary>
    /// <returns>202 with <c>Location</c>; 400, 404, 409, 410, 429 or 503 as problem+json.</returns>
    [Function("RerunJob")]
    public Task<IActionResult> RerunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = RerunRoute)] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) =>
        starts.RestartAsync(request, RerunRoute, "jobs", key => reruns.StartAsync(durable, id, key, cancellationToken), Names.RequireRun);

    /// <summary>Cancels the runs that the body means and that have not ended.</summary>
    /// <returns>200 with the runs; 400, 408, 413, 415 or 503 as problem+json.</returns>
    [Function("CancelJobs")]
    public Task<IActionResult> CancelManyAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "jobs/cancel")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
                HttpResults.Json(200, await bulk.CancelAsync(durable, await ReadAsync(request, cancellationToken), cancellationToken))
        );

    /// <summary>
    /// Repeats the runs that the body means and that have ended. The header <c>Idempotency-Key</c> keeps a call that is sent again from
    /// repeating any twice.
    /// </summary>
    /// <returns>200 with the runs; 400, 408, 413, 415, 429 or 503 as problem+json.</returns>
    [Function("RerunJobs")]
    public Task<IActionResult> RerunManyAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "jobs/rerun")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
            {
                var key = StartEndpoint.BulkKeyOf(request) ?? Guid.NewGuid().ToString("N");
                return HttpResults.Json(
                    200,
                    await bulk.RerunAsync(durable, await ReadAsync(request, cancellationToken), key, cancellationToken)
                );
            }
        );

    private async Task<BulkRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        BulkRequest.Parse(await RequestBody.ReadJsonAsync(request, BulkRequest.MaxBytes, time, cancellationToken));
}

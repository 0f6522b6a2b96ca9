using ComputeHorde.Durable.Http;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Batches;

/// <summary>The HTTP API of batches.</summary>
/// <param name="starts">Answers starts.</param>
/// <param name="batches">Starts and reads batches.</param>
public sealed class BatchesApi(StartEndpoint starts, BatchService batches)
{
    /// <summary>Starts a batch. The header <c>Idempotency-Key</c> names it: the same key with the same body starts nothing new.</summary>
    /// <param name="request">The request; its body is a <see cref="BatchRequest"/>.</param>
    /// <param name="durable">Starts the batch.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>202 with <c>Location</c>; 400, 409, 413, 429 or 503 as problem+json.</returns>
    [Function("StartBatch")]
    public async Task<IActionResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "batches")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await starts.AnswerAsync(request, "batches", async key =>
        {
            var body = await HttpResults.ReadBodyAsync(request, BatchRequest.MaxBytes, cancellationToken);
            return await batches.StartAsync(durable, key, body, specification: null, cancellationToken);
        });
    }

    /// <summary>Shows a batch.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Reads the batch.</param>
    /// <param name="id">The batch.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>200 with the batch, or 404.</returns>
    [Function("ShowBatch")]
    public async Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "batches/{id}")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken) =>
        await batches.FindAsync(durable, id, cancellationToken) is { } batch ? HttpResults.Json(200, BatchView.Of(batch)) : NotFound(id);

    /// <summary>Hands out the results of an ended batch, one JSON object a line.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Reads the batch.</param>
    /// <param name="id">The batch.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>200 (206 for a range), 404 without a batch, 409 while it runs, 410 when they are not kept any more.</returns>
    [Function("GetBatchResults")]
    public async Task<IActionResult> GetResultsAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "batches/{id}/results")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(durable, id, cancellationToken) is not { } batch)
        {
            return NotFound(id);
        }

        return batch.RuntimeStatus == OrchestrationRuntimeStatus.Completed
            ? await HttpResults.StoredAsync(
                request,
                async () => await batches.OpenResultsAsync(id, cancellationToken) is { } results ? new DownloadResult(results, "application/jsonl") : HttpResults.Gone())
            : HttpResults.Problem(409, "The batch has no results", [new ValidationProblem("id", $"batch '{id}' is {BatchView.Of(batch).Status} and has stored none.")]);
    }

    /// <summary>Pauses a batch: no further line is begun, jobs under way go on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Tells the batch.</param>
    /// <param name="id">The batch.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>202, also when the batch has ended already; or 404.</returns>
    [Function("PauseBatch")]
    public Task<IActionResult> PauseAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "batches/{id}/pause")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken) => OrderAsync(durable, id, BatchOrders.Pause, cancellationToken);

    /// <summary>Lets a paused batch go on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Tells the batch.</param>
    /// <param name="id">The batch.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>202, also when the batch has ended already; or 404.</returns>
    [Function("ResumeBatch")]
    public Task<IActionResult> ResumeAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "batches/{id}/resume")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken) => OrderAsync(durable, id, BatchOrders.Resume, cancellationToken);

    /// <summary>Cancels a batch: no further line is begun, and the runs under way stop waiting and paying.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Tells the batch.</param>
    /// <param name="id">The batch.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>202, also when the batch has ended already; or 404.</returns>
    [Function("CancelBatch")]
    public Task<IActionResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "batches/{id}/cancel")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken) => OrderAsync(durable, id, BatchOrders.Cancel, cancellationToken);

    /// <summary>Runs the lines of an ended batch again that are valid and did not complete, as a new batch that <c>Idempotency-Key</c> may name.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Starts the batch.</param>
    /// <param name="id">The ended batch.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>202 with <c>Location</c>; 404 without a batch; 400, 409, 429 or 503 as problem+json.</returns>
    [Function("RerunBatch")]
    public async Task<IActionResult> RerunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "batches/{id}/rerun")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await batches.FindAsync(durable, id, cancellationToken) is { } batch
            ? await starts.AnswerAsync(request, "batches", key => batches.RerunAsync(durable, batch, key, cancellationToken))
            : NotFound(id);
    }

    private async Task<IActionResult> OrderAsync(DurableTaskClient durable, string id, string order, CancellationToken cancellationToken) =>
        await batches.OrderAsync(durable, id, order, cancellationToken) ? HttpResults.Json(202, new { Id = id, Order = order }) : NotFound(id);

    private static IActionResult NotFound(string id) => HttpResults.Problem(404, "There is no such batch", [new ValidationProblem("id", $"no batch is called '{id}'.")]);
}

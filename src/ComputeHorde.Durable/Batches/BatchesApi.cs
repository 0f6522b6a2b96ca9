using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Batches;

/// <summary>The HTTP API of batches.</summary>
internal sealed class BatchesApi(StartEndpoint starts, BatchService batches, LongPoll poll)
{
    private const string Route = "batches",
        RerunRoute = "batches/{id}/rerun";

    /// <summary>Starts a batch. The header <c>Idempotency-Key</c> names it: the same key with the same body starts nothing new.</summary>
    /// <param name="request">The request; its body is a <see cref="BatchRequest"/>.</param>
    /// <returns>202 with <c>Location</c>; 400, 408, 409, 413, 415, 429 or 503 as problem+json.</returns>
    [Function("StartBatch")]
    public Task<IActionResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Route)] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    ) =>
        starts.StartAsync(
            request,
            Route,
            BatchRequest.MaxBytes,
            BatchRequest.Parse,
            (name, batch) => batches.StartAsync(durable, name, batch, specification: null, cancellationToken),
            Names.RequireBatch,
            cancellationToken,
            static batch => batch.Id
        );

    /// <summary>Lists the youngest batches.</summary>
    /// <param name="durable">Reads the batches.</param>
    /// <returns>200 with up to 100 batches, or 304 when they are as <c>If-None-Match</c> says.</returns>
    [Function("ListBatches")]
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Route)] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () => HttpResults.Conditional(request, new { Batches = await batches.ListAsync(durable, cancellationToken) })
        );

    /// <summary>Shows a batch; with <c>?wait=</c> (seconds, at most 60) as soon as it has ended or changed.</summary>
    /// <returns>200 with the batch, 304 when it is as <c>If-None-Match</c> says, or 404.</returns>
    [Function("ShowBatch")]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "batches/{id}")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            () =>
                poll.ShowAsync(
                    request,
                    cancellation => batches.FindViewAsync(durable, id, cancellation),
                    BatchView.HasEnded,
                    BatchView.Fingerprint,
                    () => NoBatch(id),
                    cancellationToken
                )
        );

    /// <summary>Hands out the results of an ended batch, one JSON object a line.</summary>
    /// <returns>200 (206 for a range), 404 without a batch, 409 while it runs, 410 when they are not kept any more.</returns>
    [Function("GetBatchResults")]
    public Task<IActionResult> GetResultsAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "batches/{id}/results")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
            {
                var batch = await FindAsync(durable, id, cancellationToken);
                return batch.RuntimeStatus == OrchestrationRuntimeStatus.Completed
                    ? new DownloadResult(await batches.OpenResultsAsync(id, cancellationToken), "application/jsonl")
                    : throw new HttpProblemException(
                        409,
                        "The batch has no results",
                        new ValidationProblem("id", $"batch '{id}' is {BatchView.Of(batch).Status} and has stored none.")
                    );
            }
        );

    /// <summary>Pauses a batch: no further line is begun, jobs under way go on.</summary>
    /// <returns>202, also when the batch has ended already; or 404.</returns>
    [Function("PauseBatch")]
    public Task<IActionResult> PauseAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "batches/{id}/pause")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) => OrderAsync(request, durable, id, BatchOrders.Pause, cancellationToken);

    /// <summary>Lets a paused batch go on.</summary>
    /// <returns>202, also when the batch has ended already; or 404.</returns>
    [Function("ResumeBatch")]
    public Task<IActionResult> ResumeAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "batches/{id}/resume")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) => OrderAsync(request, durable, id, BatchOrders.Resume, cancellationToken);

    /// <summary>Cancels a batch: no further line is begun, and the runs under way stop waiting and paying.</summary>
    /// <returns>202, also when the batch has ended already; or 404.</returns>
    [Function("CancelBatch")]
    public Task<IActionResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "batches/{id}/cancel")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) => OrderAsync(request, durable, id, BatchOrders.Cancel, cancellationToken);

    /// <summary>
    /// Runs the lines of an ended batch again that are valid and did not complete, as a new batch that <c>Idempotency-Key</c> may name.
    /// </summary>
    /// <param name="id">The ended batch.</param>
    /// <returns>202 with <c>Location</c>; 404 without a batch; 400, 409, 429 or 503 as problem+json.</returns>
    [Function("RerunBatch")]
    public Task<IActionResult> RerunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = RerunRoute)] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) =>
        starts.RestartAsync(
            request,
            RerunRoute,
            Route,
            async key => await batches.RerunAsync(durable, await FindAsync(durable, id, cancellationToken), key, cancellationToken),
            Names.RequireBatch
        );

    private Task<IActionResult> OrderAsync(
        HttpRequest request,
        DurableTaskClient durable,
        string id,
        string order,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
                await batches.OrderAsync(durable, id, order, cancellationToken)
                    ? HttpResults.Json(202, new { Id = id, Order = order })
                    : throw NoBatch(id)
        );

    private async Task<OrchestrationMetadata> FindAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken) =>
        await batches.FindAsync(durable, id, cancellationToken) ?? throw NoBatch(id);

    private static HttpProblemException NoBatch(string id) =>
        new(404, "There is no such batch", new ValidationProblem("id", $"no batch is called '{id}'."));
}

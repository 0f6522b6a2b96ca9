using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Intake;

/// <summary>Starts runs over HTTP. Bad input is answered before anything is stored or paid for.</summary>
internal sealed class StartJob(StartEndpoint starts, RunStarter runs)
{
    private const string Route = "jobs";

    /// <summary>Starts a run. The header <c>Idempotency-Key</c> names it: the same key with the same body starts nothing new.</summary>
    /// <returns>202 with <c>Location</c>; 400, 408, 409, 413, 415, 429 or 503 as problem+json.</returns>
    [Function(nameof(StartJob))]
    public Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Route)] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    ) =>
        starts.StartAsync(
            request,
            Route,
            JobSpecValidation.MaxRequestBytes,
            JobRequest.Parse,
            (key, job) => runs.StartAsync(durable, key, job, hasPreparedUrls: false, cancellationToken),
            Names.RequireRun,
            cancellationToken
        );
}

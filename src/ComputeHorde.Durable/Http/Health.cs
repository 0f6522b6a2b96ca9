using Azure;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ComputeHorde.Durable.Http;

/// <summary>Whether this instance can do its work; for load balancers and for people.</summary>
internal sealed class Health(BlobContainers containers, HealthCheckService checks)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Asks the storage for the container of the jobs in flight, without which nothing can be started, and the health checks of the host.
    /// </summary>
    /// <returns>200, or 503 as problem+json.</returns>
    [Function("Health")]
    public async Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(AnswerTimeout);
        try
        {
            var container = await containers.GetAsync(ContainerNames.InFlight, timeout.Token);
            await container.GetPropertiesAsync(conditions: null, timeout.Token);
            var report = await checks.CheckHealthAsync(timeout.Token);
            var broken = report.Entries.Where(static entry => entry.Value.Status == HealthStatus.Unhealthy).ToList();
            return broken.Count == 0
                ? HttpResults.Json(200, new { Status = "healthy" })
                : HttpResults.Problem(
                    503,
                    "Runs cannot go on",
                    [.. broken.Select(static entry => new ValidationProblem(entry.Key, entry.Value.Description ?? "is unhealthy."))]
                );
        }
        catch (Exception exception)
            when ((exception is RequestFailedException or OperationCanceledException || StorageOutages.MayPass(exception))
                && !cancellationToken.IsCancellationRequested
            )
        {
            return HttpResults.Problem(
                503,
                "The storage account does not answer",
                [new ValidationProblem("storage", "does not answer; runs wait for it and nothing is lost.")]
            );
        }
    }
}

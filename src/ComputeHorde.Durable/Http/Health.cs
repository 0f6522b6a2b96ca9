using Azure;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Http;

/// <summary>Whether this instance can do its work; for load balancers and for people.</summary>
/// <param name="containers">The storage account.</param>
internal sealed class Health(BlobContainers containers)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Asks the storage for the container of the jobs in flight: without it nothing can be started.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>200, or 503 as problem+json.</returns>
    [Function("Health")]
    public async Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(AnswerTimeout);
        try
        {
            var container = await containers.GetAsync(ContainerNames.InFlight, timeout.Token);
            await container.GetPropertiesAsync(conditions: null, timeout.Token);
            return HttpResults.Json(200, new { Status = "healthy" });
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return HttpResults.Problem(503, "The storage account does not answer", [new ValidationProblem("storage", "does not answer; runs wait for it and nothing is lost.")]);
        }
    }
}

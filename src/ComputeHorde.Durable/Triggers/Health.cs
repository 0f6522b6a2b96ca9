using Azure;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Triggers;

/// <summary>Whether this instance can do its work; for load balancers and for people.</summary>
/// <param name="containers">The storage account.</param>
public sealed class Health(BlobContainers containers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks the storage for the container of the jobs in flight: without it nothing can be started.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>200, or 503 as problem+json.</returns>
    [Function("Health")]
    public async Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var container = await containers.GetAsync(ContainerNames.InFlight, patience.Token);
            await container.GetPropertiesAsync(conditions: null, patience.Token);
            return HttpAnswers.Json(200, new { Status = "healthy" });
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return HttpAnswers.Problem(503, "The storage account does not answer", [new ValidationProblem("storage", "does not answer; runs wait for it and nothing is lost.")]);
        }
    }
}

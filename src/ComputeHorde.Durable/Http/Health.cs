using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ComputeHorde.Durable.Http;

/// <summary>Whether this instance can do its work; for load balancers and for people.</summary>
internal sealed class Health(BlobContainers containers, HealthCheckService checks)
{
    /// <summary>No instance has this name, and no caller can give it.</summary>
    private const string NoInstance = "health~";

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Asks the storage for the container of the jobs in flight, without which nothing can be started, the task hub for an instance, and
    /// the health checks of the host.
    /// </summary>
    /// <returns>200, or 503 as problem+json that names what is away.</returns>
    [Function("Health")]
    public async Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    )
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(AnswerTimeout);
        var report = checks.CheckHealthAsync(timeout.Token);
        ValidationProblem?[] asked =
        [
            .. await Task.WhenAll(
                AskAsync("storage", AskStorageAsync, timeout.Token),
                AskAsync("task_hub", token => durable.GetInstanceAsync(NoInstance, getInputsAndOutputs: false, token), timeout.Token),
                AskAsync("checks", _ => report, timeout.Token)
            ),
        ];
        cancellationToken.ThrowIfCancellationRequested();
        List<ValidationProblem> problems = [.. asked.OfType<ValidationProblem>()];
        if (report.IsCompletedSuccessfully)
        {
            problems.AddRange(
                report
                    .Result.Entries.Where(static entry => entry.Value.Status == HealthStatus.Unhealthy)
                    .Select(static entry => new ValidationProblem(entry.Key, entry.Value.Description ?? "is unhealthy."))
            );
        }

        return problems.Count == 0
            ? HttpResults.Json(200, new { Status = "healthy" })
            : HttpResults.Problem(503, "Runs cannot go on", problems);
    }

    private async Task AskStorageAsync(CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.InFlight, cancellationToken);
        await container.GetPropertiesAsync(conditions: null, cancellationToken);
    }

    private static async Task<ValidationProblem?> AskAsync(
        string what,
        Func<CancellationToken, Task> ask,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await ask(cancellationToken).WaitAsync(cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whatever keeps it from answering is what is asked for; its message is not for strangers.
            return new ValidationProblem(what, "does not answer; runs wait for it and nothing is lost.");
        }
    }
}

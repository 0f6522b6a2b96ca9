using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Checks;

/// <summary>Shows the ledger of confirmed mismatches.</summary>
internal sealed class CheatsApi(CheatLedger ledger)
{
    /// <returns>200 with a page of cases, 304 when it is as <c>If-None-Match</c> says.</returns>
    [Function("ListCheats")]
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "cheats")] HttpRequest request,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
                HttpResults.Conditional(
                    request,
                    await ListPage.ReadAsync(request, ContainerNames.Ledger, marker => ledger.ListAsync(marker, cancellationToken))
                )
        );

    /// <returns>200 with the case against a job, or 404.</returns>
    [Function("ShowCheat")]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "cheats/{jobUuid}")] HttpRequest request,
        string jobUuid,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
                HttpResults.Json(
                    200,
                    Guid.TryParse(jobUuid, out _) && await ledger.FindAsync(jobUuid, cancellationToken) is { } cheat
                        ? cheat
                        : throw new HttpProblemException(
                            404,
                            "There is no such case",
                            new ValidationProblem("jobUuid", "is no job that the ledger has a case against.")
                        )
                )
        );
}

using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Intake;

/// <summary>Shows what a run was asked to do.</summary>
internal sealed class ShowRequest(RequestStore requests)
{
    /// <returns>200 with the request, without what may be a secret; 404 without a run, 410 when the request is not kept any more.</returns>
    [Function("ShowJobRequest")]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "jobs/{id}/request")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
            {
                var run = await durable.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken);
                return run is { Name: nameof(RunJob) } && run.ReadInputAs<RunInput>() is { TrustedCopyOf: null } input
                    ? HttpResults.Json(200, RequestView.Of(await requests.ReadAsync(input.RequestId, cancellationToken)))
                    : throw HttpResults.NoRun(id);
            }
        );
}

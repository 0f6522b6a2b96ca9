using System.Globalization;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Notices;

/// <summary>The notices that were given up.</summary>
internal sealed class NoticesApi(DeadNotices dead, NoticeService notices)
{
    private const int MaxPageSize = 500;

    /// <summary>Lists them: <c>?page_size=</c> (1 to 500, default 100) bounds, <c>?continuation=</c> goes on.</summary>
    [Function("ListNotices")]
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "notices")] HttpRequest request,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
            {
                var size = 100;
                if (
                    request.Query["page_size"].ToString() is { Length: > 0 } text
                    && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size is >= 1 and <= MaxPageSize)
                )
                {
                    throw new ComputeHordeValidationException("page_size", $"must be a whole number between 1 and {MaxPageSize}.");
                }

                var (page, continuation) = await ListPage.ReadAsync(
                    request,
                    ContainerNames.Notices,
                    marker => dead.ListAsync(marker, size, cancellationToken)
                );
                return HttpResults.Json(200, new { Notices = page, Continuation = continuation });
            }
        );

    /// <summary>Delivers an ended notice again, given up or not, under the same <c>webhook-id</c>.</summary>
    [Function("RedeliverNotice")]
    public Task<IActionResult> RedeliverAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "notices/{id}/redeliver")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
            {
                await notices.RedeliverAsync(durable, id, cancellationToken);
                return HttpResults.Json(202, new { Id = id });
            }
        );
}

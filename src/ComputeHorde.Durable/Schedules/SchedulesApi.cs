using ComputeHorde.Durable.Http;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Schedules;

/// <summary>The HTTP API of schedules.</summary>
internal sealed class SchedulesApi(ScheduleService schedules, TimeProvider time)
{
    private const string One = "schedules/{name}";

    /// <summary>
    /// Makes or replaces a schedule: a job or a batch with <c>schedule</c>. 200 with it, or 400, 408, 413, 415 as problem+json.
    /// </summary>
    [Function("PutSchedule")]
    public Task<IActionResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = One)] HttpRequest request,
        string name,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
            {
                var body = await RequestBody.ReadJsonAsync(request, JobSpecValidation.MaxRequestBytes, time, cancellationToken);
                return HttpResults.Json(200, await schedules.SaveAsync(name, body, version: null, cancellationToken));
            }
        );

    /// <summary>200 with all schedules.</summary>
    [Function("ListSchedules")]
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "schedules")] HttpRequest request,
        CancellationToken cancellationToken
    ) => HttpEdge.AnswerAsync(request, async () => HttpResults.Json(200, new { Schedules = await schedules.ListAsync(cancellationToken) }));

    /// <summary>200 with a schedule and its next occurrences, or 404.</summary>
    [Function("ShowSchedule")]
    public Task<IActionResult> ShowAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = One)] HttpRequest request,
        string name,
        CancellationToken cancellationToken
    ) => HttpEdge.AnswerAsync(request, async () => HttpResults.Json(200, await schedules.ShowAsync(name, cancellationToken)));

    /// <summary>Starts nothing until it is resumed. 200 with the schedule, or 404.</summary>
    [Function("PauseSchedule")]
    public Task<IActionResult> PauseAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = One + "/pause")] HttpRequest request,
        string name,
        CancellationToken cancellationToken
    ) => HttpEdge.AnswerAsync(request, async () => HttpResults.Json(200, await schedules.PauseAsync(name, cancellationToken)));

    /// <summary>Goes on with the next occurrence. 200 with the schedule, or 404.</summary>
    [Function("ResumeSchedule")]
    public Task<IActionResult> ResumeAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = One + "/resume")] HttpRequest request,
        string name,
        CancellationToken cancellationToken
    ) => HttpEdge.AnswerAsync(request, async () => HttpResults.Json(200, await schedules.ResumeAsync(name, cancellationToken)));

    /// <summary>Ends a schedule; its runs go on. 204, or 404.</summary>
    [Function("DeleteSchedule")]
    public Task<IActionResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = One)] HttpRequest request,
        string name,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
            {
                await schedules.DeleteAsync(name, cancellationToken);
                return new NoContentResult();
            }
        );
}

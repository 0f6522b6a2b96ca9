using System.Globalization;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>The HTTP API of runs. Bad input is answered before anything is stored or paid for.</summary>
/// <param name="starts">Answers starts.</param>
/// <param name="runs">Starts and reads runs.</param>
/// <param name="outputs">Signs downloads of outputs.</param>
public sealed class JobsApi(StartEndpoint starts, RunService runs, OutputUrls outputs)
{
    /// <summary>Starts a run. The header <c>Idempotency-Key</c> names it: the same key with the same body starts nothing new.</summary>
    /// <param name="request">The request; its body is a <see cref="JobRequest"/>.</param>
    /// <param name="durable">Starts the run.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>202 with <c>Location</c>; 400, 409, 413, 429 or 503 as problem+json.</returns>
    [Function("StartJob")]
    public async Task<IActionResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "jobs")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await starts.AnswerAsync(request, "jobs", async key =>
        {
            var body = await HttpResults.ReadBodyAsync(request, JobSpecValidation.MaxRequestBytes, cancellationToken);
            return await runs.StartAsync(durable, key, body, cancellationToken);
        });
    }

    /// <summary>Lists runs: <c>?status=</c> filters, <c>?page_size=</c> (1 to 500, default 100) bounds, <c>?continuation=</c> goes on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Reads the runs.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>200 with a page, or 400 as problem+json.</returns>
    [Function("ListJobs")]
    public async Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "jobs")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var status = request.Query["status"].ToString() is { Length: > 0 } name ? name : null;
        var continuation = request.Query["continuation"].ToString() is { Length: > 0 } token ? token : null;
        var size = request.Query["page_size"].ToString() is { Length: > 0 } text ? int.TryParse(text, out var number) ? number : 0 : 100;
        var problems = new List<ValidationProblem>();
        if (status is not null && !RunPage.Statuses.Contains(status))
        {
            problems.Add(new ValidationProblem("status", $"must be one of {string.Join(", ", RunPage.Statuses)}."));
        }

        if (size is < 1 or > RunPage.MaxSize)
        {
            problems.Add(new ValidationProblem("page_size", $"must be a whole number between 1 and {RunPage.MaxSize}."));
        }

        try
        {
            return problems.Count == 0
                ? HttpResults.Json(200, await runs.ListAsync(durable, status, size, continuation, cancellationToken))
                : HttpResults.Problem(400, "The query is not valid", problems);
        }
        catch (Exception exception) when (continuation is not null && exception is ArgumentException or FormatException)
        {
            return HttpResults.Problem(400, "The query is not valid", [new ValidationProblem("continuation", "is none that a page has given.")]);
        }
    }

    /// <summary>Shows a run.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Reads the run.</param>
    /// <param name="id">The run.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>200 with the run, or 404.</returns>
    [Function("ShowJob")]
    public async Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "jobs/{id}")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken)
    {
        var run = await runs.FindAsync(durable, id, cancellationToken);
        return run is null ? HttpResults.NotFound(id) : HttpResults.Json(200, run);
    }

    /// <summary>Cancels a run: it stops waiting and paying. A job that is running cannot be stopped and runs to its limits (protocol 9.5).</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Tells the run.</param>
    /// <param name="id">The run.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>202, also when the run has ended already; or 404.</returns>
    [Function("CancelJob")]
    public async Task<IActionResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "jobs/{id}/cancel")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken) =>
        await runs.CancelAsync(durable, id, cancellationToken)
            ? HttpResults.Json(202, new { Id = id, Note = "The run stops waiting and buys nothing more. A job that is already running cannot be stopped; it runs to its limits." })
            : HttpResults.NotFound(id);

    /// <summary>Hands out what a run returned: its manifest, or with <c>?part=</c> the bytes of <c>stdout</c>, <c>stderr</c> or an
    /// artifact's path; for an output's path a presigned URL, for outputs may be large and do not go through the app.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Reads the run.</param>
    /// <param name="id">The run.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>200 (206 for a range), 302 to an output, 404 without a run or a part, 409 while the run has no result, 410 when it is not kept any more.</returns>
    [Function("GetJobResult")]
    public async Task<IActionResult> GetResultAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "jobs/{id}/result")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var run = await runs.FindAsync(durable, id, cancellationToken);
        if (run is null)
        {
            return HttpResults.NotFound(id);
        }

        if (run.Outcome?.Result is not { } result)
        {
            return HttpResults.Problem(409, "The run has no result", [new ValidationProblem("id", $"run '{id}' is {run.Status} and has stored none.")]);
        }

        return await HttpResults.StoredAsync(request, () => AnswerAsync(result, request.Query["part"].ToString(), cancellationToken));
    }

    private async Task<IActionResult> AnswerAsync(ResultReference result, string part, CancellationToken cancellationToken)
    {
        var manifest = await runs.LoadResultAsync(result, cancellationToken);
        if (part.Length == 0)
        {
            return HttpResults.Json(200, manifest);
        }

        if (manifest.Outputs.GetValueOrDefault(part) is { Blob: { } output })
        {
            return new PresignedRedirectResult(await outputs.SignDownloadAsync(output, cancellationToken));
        }

        var content = part switch
        {
            "stdout" => manifest.Stdout,
            "stderr" => manifest.Stderr,
            _ => manifest.Artifacts.GetValueOrDefault(part),
        };
        return content is null
            ? HttpResults.Problem(404, "There is no such part", [new ValidationProblem("part", $"must be stdout, stderr or one of the {(manifest.Artifacts.Count + manifest.Outputs.Count).ToString(CultureInfo.InvariantCulture)} artifact and output paths of the manifest.")])
            : new DownloadResult(await runs.OpenAsync(content, cancellationToken), part is "stdout" or "stderr" ? "text/plain; charset=utf-8" : "application/octet-stream");
    }
}

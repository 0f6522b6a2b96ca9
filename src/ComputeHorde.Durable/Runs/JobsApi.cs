using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>The HTTP API of runs that were started.</summary>
/// <param name="runs">Reads runs.</param>
/// <param name="watch">Follows them.</param>
/// <param name="outputs">Signs downloads of outputs.</param>
internal sealed class JobsApi(RunService runs, RunWatch watch, OutputUrls outputs)
{
    private const string Route = "jobs";

    /// <summary>
    /// Lists runs: by the filters of <see cref="RunFilter"/>, <c>?order=newest</c> sorts, <c>?page_size=</c> (1 to 500, default 100)
    /// bounds, <c>?continuation=</c> goes on.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Reads the runs.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>200 with a page, 304 when it is as <c>If-None-Match</c> says, or 400 as problem+json.</returns>
    [Function("ListJobs")]
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Route)] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
            {
                var query = RunQuery.Parse(request.Query);
                return HttpResults.Conditional(request, await runs.ListAsync(durable, query, cancellationToken));
            }
        );

    /// <summary>Shows a run; with <c>?wait=</c> (seconds, at most 60) as soon as it has ended or changed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Reads the run.</param>
    /// <param name="id">The run.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>200 with the run, 304 when it is as <c>If-None-Match</c> says, or 404.</returns>
    [Function("ShowJob")]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "jobs/{id}")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) => HttpEdge.AnswerAsync(request, () => watch.ShowAsync(request, durable, id, cancellationToken));

    /// <summary>
    /// Tells what happens to a run, as server-sent events that end with it; <c>Last-Event-ID</c> goes on where a connection was lost.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Reads the run.</param>
    /// <param name="id">The run.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>200 with events, 204 after the last one, 404, or 429 when too many follow already.</returns>
    [Function("FollowJob")]
    public Task<IActionResult> FollowAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "jobs/{id}/events")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) => HttpEdge.AnswerAsync(request, () => watch.StreamAsync(request, durable, id, cancellationToken));

    /// <summary>
    /// Cancels a run: it stops waiting and paying. A job that is running cannot be stopped and runs to its limits (protocol 9.5).
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Tells the run.</param>
    /// <param name="id">The run.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>202, also when the run has ended already; or 404.</returns>
    [Function("CancelJob")]
    public Task<IActionResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "jobs/{id}/cancel")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
                await runs.CancelAsync(durable, id, cancellationToken)
                    ? HttpResults.Json(
                        202,
                        new
                        {
                            Id = id,
                            Note = "The run stops waiting and buys nothing more. A job that is already running cannot be stopped; it runs to its limits.",
                        }
                    )
                    : throw HttpResults.NoRun(id)
        );

    /// <summary>Hands out what a run returned: its manifest, or with <c>?part=</c> the bytes of <c>stdout</c>, <c>stderr</c> or an
    /// artifact's path; for an output's path a presigned URL, for outputs may be large and do not go through the app.
    /// <c>?redirect=false</c> gives the URL as
    /// JSON: to a page in a browser that sends its key in a header, which no redirection may take along.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">Reads the run.</param>
    /// <param name="id">The run.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>200 (206 for a range), 302 to an output, 404 without a run or a part, 409 while the run has no result, 410 when it is not
    /// kept any more.</returns>
    [Function("GetJobResult")]
    public Task<IActionResult> GetResultAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "jobs/{id}/result")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
            {
                var run = await FindAsync(durable, id, cancellationToken);
                return run.Outcome?.Result is { } result
                    ? await PartAsync(result, request.Query["part"].ToString(), request.Query["redirect"] != "false", cancellationToken)
                    : throw new HttpProblemException(
                        409,
                        "The run has no result",
                        new ValidationProblem("id", $"run '{id}' is {run.Status} and has stored none.")
                    );
            }
        );

    private async Task<RunView> FindAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken) =>
        await runs.FindAsync(durable, id, cancellationToken) ?? throw HttpResults.NoRun(id);

    private async Task<IActionResult> PartAsync(ResultReference result, string part, bool mayRedirect, CancellationToken cancellationToken)
    {
        var manifest = await runs.LoadResultAsync(result, cancellationToken);
        if (part.Length == 0)
        {
            return HttpResults.Json(200, manifest);
        }

        if (manifest.Outputs.GetValueOrDefault(part) is { Blob: { } output })
        {
            var url = await outputs.SignDownloadAsync(output, cancellationToken);
            return mayRedirect ? new PresignedRedirectResult(url) : HttpResults.Json(200, new { Url = url });
        }

        var content = part switch
        {
            "stdout" => manifest.Stdout,
            "stderr" => manifest.Stderr,
            _ => manifest.Artifacts.GetValueOrDefault(part),
        };
        return content is null
            ? throw new HttpProblemException(
                404,
                "There is no such part",
                new ValidationProblem(
                    "part",
                    $"must be stdout, stderr or one of the {manifest.Artifacts.Count + manifest.Outputs.Count} artifact and output paths of the manifest."
                )
            )
            : new DownloadResult(
                await runs.OpenAsync(content, cancellationToken),
                part is "stdout" or "stderr" ? "text/plain; charset=utf-8" : "application/octet-stream"
            );
    }
}

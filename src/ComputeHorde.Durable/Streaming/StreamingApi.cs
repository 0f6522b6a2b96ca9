using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Streaming;

/// <summary>The one place that hands out the key of a streaming job: to the caller who asks for it.</summary>
internal sealed class StreamingApi(IStreamingRuns runs, StreamingKeys keys)
{
    private const string Title = "The job does not serve";

    /// <summary>Hands out endpoint, certificates and private key of the job that serves for a run now.</summary>
    /// <returns>200 with a <see cref="StreamingAccess"/>; 404 without a run, or when it does not stream; 409 while nothing serves; 503
    /// while the storage is away.</returns>
    [Function("GetJobStreaming")]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "jobs/{id}/streaming")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string id,
        CancellationToken cancellationToken
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
            {
                var run = await runs.FindAsync(durable, id, cancellationToken) ?? throw HttpResults.NoRun(id);
                if (!run.IsStreaming)
                {
                    throw new HttpProblemException(
                        404,
                        "The run does not stream",
                        new ValidationProblem("streaming", $"is not asked for by the request of run '{id}'.")
                    );
                }

                return run is { HasEnded: false, Server: { } server, JobUuid: { } job }
                    ? HttpResults.Json(200, await AccessAsync(id, job, run.Attempt, server, cancellationToken))
                    : throw NotServing(id, run);
            }
        );

    private async Task<StreamingAccess> AccessAsync(
        string id,
        string job,
        int attempt,
        StreamingEndpoint server,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var key =
                await keys.FindAsync(new AttemptKey(id, attempt), cancellationToken)
                ?? throw new HttpProblemException(
                    409,
                    Title,
                    new ValidationProblem("private_key", $"of attempt {attempt} of run '{id}' is not kept any more.")
                );
            return new StreamingAccess(
                job,
                attempt,
                server.Address,
                server.Port,
                server.ServerCertificate,
                server.ServerCertificateSha256,
                key.CertificatePem,
                key.HasPrivateKey ? key.ExportPrivateKeyPem() : null
            );
        }
        catch (UnreadableSecretException exception)
        {
            throw new HttpProblemException(409, Title, new ValidationProblem("private_key", exception.Message));
        }
    }

    private static HttpProblemException NotServing(string id, StreamingRun run) =>
        run.HasEnded
            ? new HttpProblemException(
                409,
                Title,
                new ValidationProblem("id", $"run '{id}' is {run.Status}; the keys of its jobs are forgotten.")
            )
            : new HttpProblemException(
                409,
                Title,
                new ValidationProblem(
                    "id",
                    $"run '{id}' is {run.Status} and its job serves only while it is streaming_ready; it is '{run.JobStatus ?? "not created"}'."
                )
            )
            {
                RetryAfterSeconds = 5,
            };
}

using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Intake;

/// <summary>Starts runs, each once: the one door for HTTP and blobs.</summary>
internal sealed class RunStarter(
    RequestStore requests,
    OutputUrls outputs,
    LimitBook limits,
    ComparerRegistry comparers,
    Webhooks webhooks,
    ILogger<RunStarter> logger
)
{
    /// <summary>Stores and starts. The request is stored before the run starts, so a run never lacks it.</summary>
    /// <param name="id">The run's name; null makes one.</param>
    /// <param name="hasPreparedUrls">Whether the upload URLs of the first attempt were handed out.</param>
    /// <param name="rerunOf">The run that this one repeats; null for none.</param>
    /// <returns>The run, or null when something else has this name.</returns>
    /// <exception cref="ComputeHordeValidationException">The name or the request is not valid.</exception>
    public async Task<StartedRun?> StartAsync(
        DurableTaskClient durable,
        string? id,
        JobRequest request,
        bool hasPreparedUrls,
        CancellationToken cancellationToken,
        string? rerunOf = null
    )
    {
        id ??= Guid.NewGuid().ToString("N");
        Names.RequireRun(id, "id");
        RequireValid(request);
        if (await requests.SaveAsync(id, request.Json, cancellationToken) is not { } hash)
        {
            return null;
        }

        var started = new StartedRun(id) { Warnings = request.Warnings() };
        if (await durable.GetInstanceAsync(id, cancellationToken) is { } known)
        {
            return known.Name == nameof(RunJob) ? started : null;
        }

        var input = RunInputs.Of(id, hash, request, limits, hasPreparedUrls) with { RerunOf = rerunOf };
        input = input with { Webhook = input.Webhook ?? webhooks.Default };
        if (await OrchestrationStarter.TryStartAsync(durable, id, nameof(RunJob), input, cancellationToken))
        {
            RunTelemetry.Started(request.Spec.ExecutorClass);
            logger.RunAccepted(id, request.Spec.DockerImage, request.Spec.ExecutorClass);
        }

        return started;
    }

    /// <summary>Refuses a request that could not be run here.</summary>
    /// <exception cref="ComputeHordeValidationException">With the field and the rule.</exception>
    public void RequireValid(JobRequest request)
    {
        outputs.RequireReachable(request.Outputs);
        comparers.RequireRegistered(request.CrossValidation);
        webhooks.RequireUsable(request.Webhook);
    }
}

using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Runs;

/// <summary>Starts runs, each once, and reads them: the one door for HTTP, queues and blobs.</summary>
/// <param name="requests">Where requests are kept.</param>
/// <param name="results">Where results are kept.</param>
/// <param name="outputs">Knows who can upload.</param>
/// <param name="comparers">Knows by what results can be compared.</param>
/// <param name="logger">The log.</param>
public sealed class RunService(
    RequestStore requests, ResultStore results, OutputUrls outputs, ComparerRegistry comparers, ILogger<RunService> logger)
{
    /// <summary>Validates, stores and starts. The request is stored before the run starts, so a run never lacks it.</summary>
    /// <param name="durable">Starts the run.</param>
    /// <param name="id">The run's name; null makes one.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run, or null when another request is stored under this name.</returns>
    /// <exception cref="ComputeHordeValidationException">The name or the request is not valid.</exception>
    public async Task<StartedRun?> StartAsync(DurableTaskClient durable, string? id, JobRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        ArgumentNullException.ThrowIfNull(request);
        id ??= Guid.NewGuid().ToString("N");
        Names.RequireRun(id, "id");
        outputs.RequireReachable(request);
        comparers.RequireRegistered(request.CrossValidation);
        if (await requests.SaveAsync(id, request.Json, cancellationToken) is not { } hash)
        {
            return null;
        }

        if (await durable.GetInstanceAsync(id, cancellationToken) is { } known)
        {
            return known.Name == nameof(RunJob) ? new StartedRun(id) : null;
        }

        if (await OrchestrationStarter.TryStartAsync(durable, id, nameof(RunJob), InputOf(id, hash, request), cancellationToken))
        {
            DurableTelemetry.RunStarted(request.Spec.ExecutorClass);
            logger.RunAccepted(id, request.Spec.DockerImage, request.Spec.ExecutorClass);
        }

        return new StartedRun(id);
    }

    /// <summary>Reads a run.</summary>
    /// <param name="durable">Reads it.</param>
    /// <param name="id">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run; null when there is none.</returns>
    public async Task<RunView?> FindAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        var instance = await durable.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken);
        return instance is { Name: nameof(RunJob) }
            ? RunView.Of(instance) with { IsStreaming = instance.ReadInputAs<RunInput>() is { IsStreaming: true } }
            : null;
    }

    /// <summary>Lists runs, a page of the task hub at a time.</summary>
    /// <param name="durable">Reads them.</param>
    /// <param name="query">Which runs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The runs, without their outcomes.</returns>
    public async Task<RunPage> ListAsync(DurableTaskClient durable, RunQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        ArgumentNullException.ThrowIfNull(query);
        var wanted = new OrchestrationQuery
        {
            Statuses = RunPage.RuntimeStatuses(query.Status),
            PageSize = query.PageSize,
            ContinuationToken = query.Continuation,
            FetchInputsAndOutputs = true,
        };
        var runs = new List<RunView>();
        string? next = null;
        var pages = 0;
        await foreach (var page in durable.GetAllInstancesAsync(wanted).AsPages(query.Continuation, query.PageSize).WithCancellation(cancellationToken))
        {
            runs.AddRange(page.Values
                .Where(static instance => instance.Name == nameof(RunJob))
                .Select(RunView.Of)
                .Where(run => query.Status is null || run.Status == query.Status)
                .Select(static run => run with { Outcome = null }));
            next = page.ContinuationToken;
            if (runs.Count > 0 || ++pages == RunPage.MostHubPages)
            {
                break;
            }
        }

        return new RunPage(runs, RunQuery.Wrap(next));
    }

    /// <summary>Tells a run to stop waiting and paying.</summary>
    /// <param name="durable">Tells it.</param>
    /// <param name="id">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there is such a run.</returns>
    public async Task<bool> CancelAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(durable, id, cancellationToken) is null)
        {
            return false;
        }

        await durable.RaiseEventAsync(id, RunInbox.CancelEvent, "cancelled by the caller", cancellationToken);
        return true;
    }

    /// <summary>Reads what a run returned.</summary>
    /// <param name="result">The reference from its outcome.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The manifest.</returns>
    public Task<ResultManifest> LoadResultAsync(ResultReference result, CancellationToken cancellationToken) => results.LoadAsync(result, cancellationToken);

    /// <summary>Opens one part of a result.</summary>
    /// <param name="content">The reference from the manifest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its bytes.</returns>
    public async Task<Stream> OpenAsync(ContentReference content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        return content.Blob is null ? Stream.Null : await results.OpenAsync(content.Blob, cancellationToken);
    }

    /// <summary>The input of a run.</summary>
    /// <param name="id">The run, and the name under which its request is stored.</param>
    /// <param name="hash">The hash of the request.</param>
    /// <param name="request">The request.</param>
    /// <returns>What the orchestrator has to know of it.</returns>
    internal static RunInput InputOf(string id, string hash, JobRequest request) =>
        new(id, hash, request.Policy, (int)request.Spec.ExpectedToEndWithin().TotalSeconds)
        {
            CrossValidation = request.CrossValidation,
            Namespace = request.Spec.JobNamespace ?? "",
            IsStreaming = request.Spec.Streaming,
            Trace = DurableTelemetry.Current,
        };
}

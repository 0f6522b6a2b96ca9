using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Limits;
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
/// <param name="limits">What namespaces may use.</param>
/// <param name="verdicts">What checks have found.</param>
/// <param name="comparers">Knows by what results can be compared.</param>
/// <param name="logger">The log.</param>
internal sealed class RunService(
    RequestStore requests,
    ResultStore results,
    OutputUrls outputs,
    LimitBook limits,
    IRunVerdicts verdicts,
    ComparerRegistry comparers,
    ILogger<RunService> logger)
{
    /// <summary>Validates, stores and starts. The request is stored before the run starts, so a run never lacks it.</summary>
    /// <param name="durable">Starts the run.</param>
    /// <param name="id">The run's name; null makes one.</param>
    /// <param name="request">The request.</param>
    /// <param name="hasPreparedUrls">Whether the upload URLs of the first attempt were handed out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run, or null when another request is stored under this name.</returns>
    /// <exception cref="ComputeHordeValidationException">The name or the request is not valid.</exception>
    public async Task<StartedRun?> StartAsync(
        DurableTaskClient durable, string? id, JobRequest request, bool hasPreparedUrls, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        ArgumentNullException.ThrowIfNull(request);
        id ??= Guid.NewGuid().ToString("N");
        Names.RequireRun(id, "id");
        outputs.RequireReachable(request.Outputs);
        comparers.RequireRegistered(request.CrossValidation);
        if (await requests.SaveAsync(id, request.Json, cancellationToken) is not { } hash)
        {
            return null;
        }

        if (await durable.GetInstanceAsync(id, cancellationToken) is { } known)
        {
            return known.Name == nameof(RunJob) ? new StartedRun(id) { Warnings = request.Warnings() } : null;
        }

        if (await OrchestrationStarter.TryStartAsync(durable, id, nameof(RunJob), InputOf(id, hash, request, limits, hasPreparedUrls), cancellationToken))
        {
            RunTelemetry.Started(request.Spec.ExecutorClass);
            logger.RunAccepted(id, request.Spec.DockerImage, request.Spec.ExecutorClass);
        }

        return new StartedRun(id) { Warnings = request.Warnings() };
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
        if (instance is not { Name: nameof(RunJob) } || instance.ReadInputAs<RunInput>() is { TrustedCopyOf: not null })
        {
            return null;
        }

        var view = RunView.Of(instance);
        var input = instance.ReadInputAs<RunInput>();
        return view with
        {
            IsStreaming = input is { IsStreaming: true },
            Warnings = input?.Warnings is { Count: > 0 } warnings ? warnings : null,
            Check = view.Outcome is { IsChecked: true } ? await verdicts.FindAsync(durable, id, cancellationToken) : null,
        };
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
                .Where(static instance => instance.Name == nameof(RunJob) && instance.ReadInputAs<RunInput>() is not { TrustedCopyOf: not null })
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
        if (await durable.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken) is not { Name: nameof(RunJob) } run
            || run.ReadInputAs<RunInput>() is { TrustedCopyOf: not null })
        {
            return false;
        }

        if (!run.IsCompleted)
        {
            await durable.RaiseEventAsync(id, RunInbox.CancelEvent, "cancelled by the caller", cancellationToken);
        }
        else if (run.ReadOutputAs<RunOutcome>() is { IsChecked: true }
            && await durable.GetInstanceAsync(CheckInput.InstanceId(id), cancellationToken) is { IsCompleted: false })
        {
            await durable.RaiseEventAsync(CheckInput.InstanceId(id), RunInbox.CancelEvent, "cancelled by the caller", cancellationToken);
        }

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

    /// <summary>The input of a run: what the orchestrator has to know of its request.</summary>
    internal static RunInput InputOf(string id, string hash, JobRequest request, LimitBook limits, bool hasPreparedUrls) =>
        new(id, hash, request.Policy, (int)request.Spec.ExpectedToEndWithin().TotalSeconds)
        {
            Outputs = request.Outputs,
            HasPreparedUrls = hasPreparedUrls,
            Check = request.CrossValidation is { } check ? SnakeCaseJson.ToElement(check) : null,
            Namespace = request.Spec.JobNamespace ?? "",
            Place = limits.PlaceFor(request.Spec.JobNamespace ?? "", request.Limits),
            IsStreaming = request.Spec.Streaming,
            Warnings = request.Warnings(),
            Trace = DurableTelemetry.Current,
        };
}

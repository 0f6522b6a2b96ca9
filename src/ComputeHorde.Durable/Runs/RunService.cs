using System.Text.RegularExpressions;
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
public sealed partial class RunService(
    RequestStore requests, ResultStore results, OutputUrls outputs, ComparerRegistry comparers, ILogger<RunService> logger)
{
    /// <summary>Validates, stores and starts. The request is stored before the run starts, so a run never lacks it.</summary>
    /// <param name="durable">Starts the run.</param>
    /// <param name="id">The run's name; null makes one.</param>
    /// <param name="json">The request: a <see cref="JobRequest"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run, or null when another request is stored under this name.</returns>
    /// <exception cref="ComputeHordeValidationException">The name or the request is not valid.</exception>
    public async Task<StartedRun?> StartAsync(DurableTaskClient durable, string? id, BinaryData json, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        id ??= Guid.NewGuid().ToString("N");
        if (!IsId(id))
        {
            throw new ComputeHordeValidationException("Idempotency-Key", "must have 1 to 100 characters of A-Z a-z 0-9 . _ : - and begin and end with a letter or a digit.");
        }

        var request = JobRequest.Parse(json);
        outputs.RequireReachable(request);
        comparers.RequireRegistered(request.CrossValidation);
        if (await requests.SaveAsync(id, json, cancellationToken) is not { } hash)
        {
            return null;
        }

        if (await durable.GetInstanceAsync(id, cancellationToken) is null
            && await OrchestrationStarter.TryStartAsync(durable, id, nameof(RunJob), InputOf(id, hash, request), cancellationToken))
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
    /// <param name="status">Only runs with this status, as <see cref="RunView.Status"/> has it; null for all.</param>
    /// <param name="pageSize">How many at most.</param>
    /// <param name="continuation">What the page before gave; null for the first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The runs, without their outcomes.</returns>
    public async Task<RunPage> ListAsync(
        DurableTaskClient durable, string? status, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        var query = new OrchestrationQuery
        {
            Statuses = RunPage.RuntimeStatuses(status),
            PageSize = pageSize,
            ContinuationToken = continuation,
            FetchInputsAndOutputs = true,
        };
        var runs = new List<RunView>();
        string? next = null;
        var pages = 0;
        await foreach (var page in durable.GetAllInstancesAsync(query).AsPages(continuation, pageSize).WithCancellation(cancellationToken))
        {
            runs.AddRange(page.Values
                .Where(static instance => instance.Name == nameof(RunJob))
                .Select(RunView.Of)
                .Where(run => status is null || run.Status == status)
                .Select(static run => run with { Outcome = null }));
            next = page.ContinuationToken;
            if (runs.Count > 0 || ++pages == RunPage.MostHubPages)
            {
                break;
            }
        }

        return new RunPage(runs, next);
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

    /// <summary>Whether a text can name a run.</summary>
    internal static bool IsId(string text) => IdPattern().IsMatch(text);

    [GeneratedRegex("^[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,98}[A-Za-z0-9])?\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IdPattern();
}

using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>Reads and cancels runs. Copies on the trusted miner are nobody's but their check's.</summary>
internal sealed class RunService(ResultStore results, IRunVerdicts verdicts, TimeProvider time) : IStreamingRuns
{
    private readonly NewestStart _newest = new();

    /// <summary>Reads a run.</summary>
    /// <returns>The run; null when there is none.</returns>
    public async Task<RunView?> FindAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        var instance = await durable.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken);
        if (instance is not { Name: nameof(RunJob) } || instance.ReadInputAs<RunInput>() is { TrustedCopyOf: not null })
        {
            return null;
        }

        var input = instance.ReadInputAs<RunInput>();
        var view = RunView.Of(instance, input);
        return view with
        {
            Check = view.Outcome is { IsChecked: true } ? await verdicts.FindAsync(durable, id, cancellationToken) : null,
            Notices =
                view.Outcome is not null && input?.Webhook is not null
                    ? await NoticeService.FindAsync(durable, id, cancellationToken)
                    : null,
        };
    }

    /// <summary>Lists runs.</summary>
    /// <returns>The runs, without their outcomes.</returns>
    public async Task<RunPage> ListAsync(DurableTaskClient durable, RunQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        ArgumentNullException.ThrowIfNull(query);
        var (runs, next) = query.IsNewestFirst
            ? await new NewestRuns(durable, query, _newest).ListAsync(time.GetUtcNow(), cancellationToken)
            : await RunLister.StoredAsync(durable, query.Filter, query.PageSize, query.Continuation, cancellationToken);
        return new RunPage([.. runs.Select(static run => run.InList())], next?.ToString());
    }

    /// <summary>Tells a run to stop waiting and paying.</summary>
    /// <returns>Whether there is such a run.</returns>
    public async Task<bool> CancelAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken)
    {
        if (
            await durable.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken) is not { Name: nameof(RunJob) } run
            || run.ReadInputAs<RunInput>() is { TrustedCopyOf: not null }
        )
        {
            return false;
        }

        if (!run.IsCompleted)
        {
            await durable.RaiseEventAsync(id, RunInbox.CancelEvent, "cancelled by the caller", cancellationToken);
        }
        else if (
            run.ReadOutputAs<RunOutcome>() is { IsChecked: true }
            && await durable.GetInstanceAsync(CheckInput.InstanceId(id), cancellationToken) is { IsCompleted: false }
        )
        {
            await durable.RaiseEventAsync(CheckInput.InstanceId(id), RunInbox.CancelEvent, "cancelled by the caller", cancellationToken);
        }

        return true;
    }

    /// <summary>Reads what a run returned.</summary>
    /// <param name="result">The reference from its outcome.</param>
    /// <returns>The manifest.</returns>
    public Task<ResultManifest> LoadResultAsync(ResultReference result, CancellationToken cancellationToken) =>
        results.LoadAsync(result, cancellationToken);

    /// <summary>Opens one part of a result.</summary>
    /// <param name="content">The reference from the manifest.</param>
    /// <returns>Its bytes.</returns>
    public async Task<Stream> OpenAsync(ContentReference content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        return content.Blob is null ? Stream.Null : await results.OpenAsync(content.Blob, cancellationToken);
    }

    async Task<StreamingRun?> IStreamingRuns.FindAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken) =>
        await FindAsync(durable, id, cancellationToken) is { } run
            ? new StreamingRun(run.Status, run.IsStreaming, HasEnded: run.Outcome is not null || run.Error is not null)
            {
                JobUuid = run.Progress?.JobUuid,
                JobStatus = run.Progress?.Status,
                Attempt = run.Progress?.Number ?? 0,
                Server = run.Progress?.Streaming,
            }
            : null;
}

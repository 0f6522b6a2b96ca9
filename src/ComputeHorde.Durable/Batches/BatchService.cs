using Azure;
using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Batches;

/// <summary>Starts batches, each once, reads and steers them: the one door for HTTP, queues and blobs.</summary>
internal sealed class BatchService(BatchStore batches, RequestStore requests, Webhooks webhooks, ILogger<BatchService> logger)
    : IBatchStarter
{
    private const int MostListed = 100;

    int IBatchStarter.MaxBytes => BatchRequest.MaxBytes;

    bool IBatchStarter.IsBatch(BinaryData json) => BatchRequest.IsBatch(json);

    void IBatchStarter.RequireValid(BinaryData json) => webhooks.RequireUsable(BatchRequest.Parse(json).Webhook);

    Task<StartedRun?> IBatchStarter.StartAsync(
        DurableTaskClient durable,
        string id,
        BinaryData json,
        string? specification,
        CancellationToken cancellationToken
    ) => StartAsync(durable, id, BatchRequest.Parse(json), specification, cancellationToken);

    async Task<StartedBatch?> IBatchStarter.FindAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken) =>
        await FindAsync(durable, id, cancellationToken) is { } batch && BatchView.Of(batch) is var view
            ? new StartedBatch(view.Status, BatchView.HasEnded(view))
            : null;

    /// <summary>Validates the batch (not its jobs), stores it and starts it.</summary>
    /// <param name="id">Its name; null makes one.</param>
    /// <param name="specification">The name of the specification that it came by; null if it came another way.</param>
    /// <returns>The batch, or null when something else has this name.</returns>
    /// <exception cref="ComputeHordeValidationException">The name or the batch is not valid.</exception>
    public async Task<StartedRun?> StartAsync(
        DurableTaskClient durable,
        string? id,
        BatchRequest request,
        string? specification,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(durable);
        ArgumentNullException.ThrowIfNull(request);
        var name = id ?? Guid.NewGuid().ToString("N");
        Names.RequireBatch(name, "id");
        webhooks.RequireUsable(request.Webhook);
        var source = request.JobsBlob is { } blob
            ? await batches.FindAsync(ContainerNames.Jobs, blob, cancellationToken)
                ?? throw new ComputeHordeValidationException("jobs_blob", "names no blob in container jobs.")
            : null;

        // Stored first, where the request of a run of that name would lie: it says forever what was meant by this name.
        if (await requests.SaveAsync(name, request.Json, cancellationToken) is null)
        {
            return null;
        }

        source ??= await batches.SaveJobsAsync(name, request.Jobs!, cancellationToken);
        var input = new BatchInput(source, request.MaxParallel, request.Strict)
        {
            Specification = specification,
            Webhook = Webhooks.Of(name, request.Webhook) ?? webhooks.Default,
        };
        return await StartAsync(durable, name, input, cancellationToken);
    }

    /// <summary>Starts a new batch of those lines of an ended one that are valid and did not complete. They keep their numbers.</summary>
    /// <param name="batch">The ended batch.</param>
    /// <param name="id">The new batch's name, which is valid; null makes one.</param>
    /// <returns>The new batch, or null when something else has this name.</returns>
    /// <exception cref="ComputeHordeValidationException">The batch has not ended.</exception>
    public async Task<StartedRun?> RerunAsync(
        DurableTaskClient durable,
        OrchestrationMetadata batch,
        string? id,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(batch);
        var name = id ?? Guid.NewGuid().ToString("N");
        var results = await batches.FindAsync(ContainerNames.Results, BatchStore.ResultsBlob(batch.InstanceId), cancellationToken);
        if (!batch.IsCompleted || results is null)
        {
            throw new ComputeHordeValidationException("id", $"batch '{batch.InstanceId}' has not ended.");
        }

        if (
            await requests.SaveAsync(
                name,
                BinaryData.FromString(SnakeCaseJson.ToText(new { RerunOf = batch.InstanceId })),
                cancellationToken
            )
            is null
        )
        {
            return null;
        }

        var input = batch.ReadInputAs<BatchInput>()!;
        return await StartAsync(
            durable,
            name,
            new BatchInput(results with { RerunOf = batch.InstanceId }, input.MaxParallel, Strict: false) { Webhook = input.Webhook },
            cancellationToken
        );
    }

    /// <summary>Reads a batch, with what went in and came out.</summary>
    /// <returns>The batch; null when there is none.</returns>
    public async Task<OrchestrationMetadata?> FindAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        var instance = await durable.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken);
        return instance is { Name: nameof(RunBatch) } ? instance : null;
    }

    /// <summary>Reads the youngest batches.</summary>
    public async Task<IReadOnlyList<BatchView>> ListAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        var found = await Task.WhenAll(
            (await batches.ListAsync(MostListed, cancellationToken)).Select(id => FindAsync(durable, id, cancellationToken))
        );
        return [.. found.OfType<OrchestrationMetadata>().Select(BatchView.Of).OrderByDescending(static batch => batch.CreatedAt)];
    }

    /// <summary>Pauses, resumes or cancels a batch. One that has ended takes no notice.</summary>
    /// <param name="order">One of <see cref="BatchOrders"/>.</param>
    /// <returns>Whether there is such a batch.</returns>
    public async Task<bool> OrderAsync(DurableTaskClient durable, string id, string order, CancellationToken cancellationToken)
    {
        if (await FindAsync(durable, id, cancellationToken) is not { } batch)
        {
            return false;
        }

        // A batch that has ended takes no notice; the checks of its lines may still be stopped.
        var target = batch.IsCompleted ? await durable.GetInstanceAsync(CollectVerdicts.InstanceId(id), cancellationToken) : batch;
        if (target is { IsCompleted: false })
        {
            await durable.RaiseEventAsync(target.InstanceId, RunBatch.OrderEvent, order, cancellationToken);
        }

        return true;
    }

    /// <summary>Shows a batch, with the verdicts that came after its end.</summary>
    /// <returns>The batch; null when there is none.</returns>
    public async Task<BatchView?> FindViewAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(durable, id, cancellationToken) is not { } batch)
        {
            return null;
        }

        var isTold = batch is { IsCompleted: true } && batch.ReadInputAs<BatchInput>() is { Webhook: not null };
        var view = BatchView.Of(batch) with
        {
            Notices = isTold ? await NoticeService.FindAsync(durable, batch.InstanceId, cancellationToken) : null,
        };
        return
            view.Summary?.Verdicts.ContainsKey(Verdicts.Pending) == true
            && (await batches.FindSummaryAsync(view.Id, cancellationToken)).Summary is { } newer
            ? view with
            {
                Summary = newer,
            }
            : view;
    }

    /// <summary>Opens the results of an ended batch.</summary>
    /// <returns>JSON Lines.</returns>
    /// <exception cref="RequestFailedException">404: they are not kept any more.</exception>
    public async Task<Stream> OpenResultsAsync(string id, CancellationToken cancellationToken) =>
        (
            await batches.FindAsync(ContainerNames.Results, BatchStore.CheckedResultsBlob(id), cancellationToken)
            ?? await batches.FindAsync(ContainerNames.Results, BatchStore.ResultsBlob(id), cancellationToken)
        )
            is { } results
            ? await batches.OpenAsync(results, offset: 0, cancellationToken)
            : throw new RequestFailedException(404, "The results are gone.");

    private async Task<StartedRun?> StartAsync(DurableTaskClient durable, string id, BatchInput input, CancellationToken cancellationToken)
    {
        if (await durable.GetInstanceAsync(id, cancellationToken) is { } known)
        {
            return known.Name == nameof(RunBatch) ? new StartedRun(id) : null;
        }

        await batches.EnterAsync(id, cancellationToken);
        if (await OrchestrationStarter.TryStartAsync(durable, id, nameof(RunBatch), input, cancellationToken))
        {
            logger.BatchAccepted(id, input.Source.Container, input.Source.Blob);
        }

        return new StartedRun(id);
    }
}

using ComputeHorde.Durable.Http;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Intake;

/// <summary>Starts the batches that land as specifications. The batches do: the intake knows them by this only.</summary>
internal interface IBatchStarter
{
    /// <summary>The largest document that is read, a batch or not.</summary>
    int MaxBytes { get; }

    /// <summary>Whether a document means a batch, not a single job. It need not be valid.</summary>
    bool IsBatch(BinaryData json);

    /// <summary>Refuses a batch that could not be started here. Its jobs are not looked at.</summary>
    /// <exception cref="Sdk.ComputeHordeValidationException">With every violation, each naming its field and rule.</exception>
    void RequireValid(BinaryData json);

    /// <summary>Starts a batch.</summary>
    /// <param name="specification">The name of the specification that it came by; null if it came another way.</param>
    /// <returns>The batch, or null when something else has this name.</returns>
    /// <exception cref="Sdk.ComputeHordeValidationException">The batch is not valid.</exception>
    Task<StartedRun?> StartAsync(
        DurableTaskClient durable,
        string id,
        BinaryData json,
        string? specification,
        CancellationToken cancellationToken
    );

    /// <summary>Looks at a batch; null when there is none.</summary>
    Task<StartedBatch?> FindAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken);
}

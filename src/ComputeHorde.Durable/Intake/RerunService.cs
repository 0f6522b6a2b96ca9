using Azure;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Intake;

/// <summary>Repeats a run that has ended: a new name, the same request.</summary>
internal sealed class RerunService(RequestStore requests, RunStarter starter)
{
    /// <summary>Starts it.</summary>
    /// <param name="durable">Reads the old run and starts the new one.</param>
    /// <param name="id">The run to repeat.</param>
    /// <param name="name">The new name; null makes one.</param>
    /// <returns>The new run, or null when something else has its name.</returns>
    /// <exception cref="HttpProblemException">There is no such run, it has not ended, or its request is not kept any more.</exception>
    public async Task<StartedRun?> StartAsync(DurableTaskClient durable, string id, string? name, CancellationToken cancellationToken)
    {
        var run = await durable.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken);
        if (run is not { Name: nameof(RunJob) } || run.ReadInputAs<RunInput>() is not { TrustedCopyOf: null } input)
        {
            throw HttpResults.NoRun(id);
        }

        if (!run.IsCompleted)
        {
            throw new HttpProblemException(
                409,
                "The run has not ended",
                new ValidationProblem("id", $"run '{id}' has not ended: cancel it first, or wait.")
            );
        }

        return await starter.StartAsync(
            durable,
            name,
            JobRequest.Parse(await ReadAsync(input, cancellationToken)),
            hasPreparedUrls: false,
            cancellationToken,
            rerunOf: id
        );
    }

    private async Task<BinaryData> ReadAsync(RunInput input, CancellationToken cancellationToken)
    {
        try
        {
            return await requests.ReadAsync(input.RequestId, input.RequestSha256, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            throw new HttpProblemException(
                410,
                "The request is not kept any more",
                new ValidationProblem("id", "names a run whose request was deleted: send it as a new one.")
            );
        }
        catch (InvalidDataException)
        {
            throw new HttpProblemException(
                409,
                "The request was changed",
                new ValidationProblem("id", "names a run whose stored request is not the one it was started with: send it as a new one.")
            );
        }
    }
}

using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Limits;

/// <summary>Puts a run into the queue for a place of its namespace, or finds that it has one.</summary>
internal sealed class AskForPlace(Places places)
{
    [Function(nameof(AskForPlace))]
    public async Task<PlaceOutcome> RunAsync([ActivityTrigger] AskForPlaceInput input, CancellationToken cancellationToken)
    {
        try
        {
            return new PlaceOutcome(await places.AskAsync(input.RunId, input.Place, cancellationToken), Problem: null);
        }
        catch (Exception exception) when (StorageOutages.MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            return new PlaceOutcome(IsHeld: false, HistoryText.Truncate($"The storage account does not answer: {exception.Message}"));
        }
    }
}

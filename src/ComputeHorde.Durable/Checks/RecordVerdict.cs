using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Checks;

/// <summary>Lets sampling learn from a verdict.</summary>
/// <param name="state">Budget and suspicion.</param>
internal sealed class RecordVerdict(SamplingState state)
{
    /// <summary>Notes it. A second execution counts one clean sample too many, which only lifts a suspicion a little earlier.</summary>
    /// <param name="input">The verdict.</param>
    /// <param name="cancellationToken">Ends the activity when the host stops; it runs again later.</param>
    [Function(nameof(RecordVerdict))]
    public Task RunAsync([ActivityTrigger] SampleVerdict input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return state.RecordAsync(input, cancellationToken);
    }
}

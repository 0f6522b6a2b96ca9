using ComputeHorde.Durable.Sampling;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Activities;

/// <summary>Lets sampling learn from a verdict.</summary>
/// <param name="book">Budget and suspicion.</param>
public sealed class NoteVerdict(SamplingBook book)
{
    /// <summary>Notes it. A second execution counts one clean sample too many, which only lifts a suspicion a little earlier.</summary>
    /// <param name="input">The verdict.</param>
    /// <param name="cancellationToken">Ends the activity when the host stops; it runs again later.</param>
    [Function(nameof(NoteVerdict))]
    public Task RunAsync([ActivityTrigger] VerdictNote input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return book.NoteAsync(input.Namespace, input.IsMismatch, cancellationToken);
    }
}

/// <summary>A verdict.</summary>
/// <param name="Namespace">The namespace of the job; empty for none.</param>
/// <param name="IsMismatch">Whether it was a confirmed mismatch; else it matched.</param>
public sealed record VerdictNote(string Namespace, bool IsMismatch);

namespace ComputeHorde.Sdk;

/// <summary>An answer of the list endpoint as it was read.</summary>
/// <param name="Jobs">The jobs that could be read.</param>
/// <param name="Unreadable">How many entries could not.</param>
/// <param name="Count">How many jobs the facilitator says there are on all pages.</param>
/// <param name="HasNext">True when there is another page.</param>
/// <param name="Bytes">Size of the answer.</param>
internal sealed record JobList(IReadOnlyList<ComputeHordeJob> Jobs, int Unreadable, int Count, bool HasNext, long Bytes)
{
    /// <summary>False for a page without entries, after which there is nothing to read, whatever it says of a next one.</summary>
    public bool HasEntries => Jobs.Count + Unreadable > 0;

    /// <summary>True when the facilitator says clearly that there is no such job.</summary>
    public bool IsEmpty => !HasEntries && Count == 0 && !HasNext;
}

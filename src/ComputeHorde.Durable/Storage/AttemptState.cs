namespace ComputeHorde.Durable.Storage;

/// <summary>The life of an attempt's claim; it only goes forward.</summary>
internal enum AttemptState
{
    /// <summary>Somebody buys the job, or did and died.</summary>
    Claimed,

    /// <summary>The job is known.</summary>
    Bought,

    /// <summary>The job was seen to end.</summary>
    Ended,

    /// <summary>The run has ended. A tombstone: nothing may be bought under it.</summary>
    Settled,
}

namespace ComputeHorde.Storage.Local;

/// <summary>How often this storage fails, and in which ways, by seed. Each is a share of all requests, from 0 to 1.</summary>
public sealed class StorageFaults
{
    /// <summary>Makes the same requests fail each time, as long as they come in the same order.</summary>
    /// <value>Default 0.</value>
    public int Seed { get; init; }

    /// <summary>No connection: nothing was done.</summary>
    /// <value>Default 0.</value>
    public double Refused { get; init; }

    /// <summary>No answer, and nothing was done.</summary>
    /// <value>Default 0.</value>
    public double LostBefore { get; init; }

    /// <summary>No answer, though it was done.</summary>
    /// <value>Default 0.</value>
    public double LostAfter { get; init; }

    /// <summary>Answered with 503 <c>ServerBusy</c>; nothing was done.</summary>
    /// <value>Default 0.</value>
    public double Busy { get; init; }

    /// <summary>Answered with 412 <c>ConditionNotMet</c>, if it is a write with a condition; nothing was done.</summary>
    /// <value>Default 0.</value>
    public double ConditionFailed { get; init; }

    /// <summary>Done after <see cref="SlowBy"/>, by the storage's clock.</summary>
    /// <value>Default 0.</value>
    public double Slow { get; init; }

    /// <summary>How long a slow request takes.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan SlowBy { get; init; } = TimeSpan.FromSeconds(1);
}

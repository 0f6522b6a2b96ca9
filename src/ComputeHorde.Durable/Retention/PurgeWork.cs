namespace ComputeHorde.Durable.Retention;

/// <summary>The part of the work that one tick does.</summary>
/// <param name="endedBefore">What ended before goes, UTC.</param>
/// <param name="mostDeletions">How many blobs and instances may be deleted.</param>
internal sealed class PurgeWork(DateTimeOffset endedBefore, int mostDeletions)
{
    private int _blobs, _instances;

    public DateTimeOffset EndedBefore => endedBefore;

    public int Blobs => _blobs;

    /// <summary>Runs and batches that are gone.</summary>
    public int Runs { get; set; }

    /// <summary>Claims of attempts that are gone.</summary>
    public int Claims { get; set; }

    /// <summary>Runs and batches that stay because something of them is under way, or ended later.</summary>
    public int HeldBack { get; set; }

    /// <summary>Whether the rest is left to the next tick.</summary>
    public bool IsDone => _blobs + _instances + Claims >= mostDeletions;

    public void CountBlob() => Interlocked.Increment(ref _blobs);

    public void CountInstance() => Interlocked.Increment(ref _instances);
}

namespace ComputeHorde.Durable.Retention;

/// <summary>The part of the work that one tick does.</summary>
/// <param name="endedBefore">What ended before goes, UTC.</param>
/// <param name="mostDeletions">How many blobs and instances may be deleted.</param>
/// <param name="mostLooks">How many instances may be looked at.</param>
internal sealed class PurgeWork(DateTimeOffset endedBefore, int mostDeletions, int mostLooks)
{
    private int _blobs,
        _instances,
        _looks;

    public DateTimeOffset EndedBefore => endedBefore;

    public int Blobs => _blobs;

    public int Instances => _instances;

    public int Looks => _looks;

    /// <summary>Runs and batches that are gone.</summary>
    public int Runs { get; set; }

    /// <summary>Claims of attempts that are gone.</summary>
    public int Claims { get; set; }

    /// <summary>Runs and batches that stay because something of them is under way, or ended later.</summary>
    public int HeldBack { get; set; }

    /// <summary>Whether the rest is left to the next tick.</summary>
    public bool IsDone => _blobs + _instances + Claims >= mostDeletions || _looks >= mostLooks;

    public void CountBlob() => Interlocked.Increment(ref _blobs);

    /// <summary>Counts a page of instances, which costs something even when it is empty.</summary>
    public void CountLooks(int instances) => _looks += Math.Max(1, instances);

    public void CountInstance() => Interlocked.Increment(ref _instances);
}

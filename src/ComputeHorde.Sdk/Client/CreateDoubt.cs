namespace ComputeHorde.Sdk;

/// <summary>What is not known about one job's creation, over all calls that try to create it.</summary>
internal sealed class CreateDoubt(TimeProvider time, TimeSpan lasts)
{
    private long? _since;

    /// <summary>
    /// How many requests had no answer of the application itself. What it answered with HTTP 500 it has not stored, when a look-up says so
    /// too.
    /// </summary>
    public int Unanswered { get; private set; }

    /// <summary>True once there was any doubt.</summary>
    public bool WasOpen { get; private set; }

    /// <summary>True while an empty look-up would still have to be believed before the request can be sent again.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>How long until an empty look-up can be believed; zero when it can be.</summary>
    public TimeSpan Left => _since is { } since && time.GetElapsedTime(since) is var age && age < lasts ? lasts - age : TimeSpan.Zero;

    /// <summary>
    /// A request that was sent at <paramref name="sent"/> may have been stored, and may still be when its answer was not the application's
    /// own.
    /// </summary>
    public void Open(long sent, bool mayStillArrive, bool isAnswered)
    {
        (IsOpen, WasOpen) = (true, true);
        Unanswered += isAnswered ? 0 : 1;
        if (mayStillArrive)
        {
            _since = sent;
        }
    }

    /// <summary>An earlier execution may have sent a request this long ago.</summary>
    public void OpenEarlier(TimeSpan age)
    {
        (IsOpen, WasOpen) = (true, true);
        // A clock that was set back is no reason to wait longer than for a request of now.
        var past = age > TimeSpan.Zero ? age : TimeSpan.Zero;
        _since = past < lasts ? time.GetTimestamp() - (long)(past.TotalSeconds * time.TimestampFrequency) : null;
    }

    /// <summary>A look-up is needed although no request can be under way.</summary>
    public void OpenUnseen() => (IsOpen, WasOpen) = (true, true);

    /// <summary>An empty look-up was believed: nothing is stored.</summary>
    public void Close() => (IsOpen, _since) = (false, null);
}

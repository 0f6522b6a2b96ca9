namespace ComputeHorde.Emulator.Horde;

/// <summary>
/// The one running deadline of a job: time left over in a stage carries to the next, the leeway counts once (protocol 9.2).
/// </summary>
internal sealed class TimeBudget
{
    private double _seconds = 5;

    /// <summary>What is left.</summary>
    public TimeSpan Left => TimeSpan.FromSeconds(Math.Max(0, _seconds));

    /// <summary>True once more was used than granted.</summary>
    public bool Exceeded => _seconds < 0;

    /// <summary>Adds a stage's limit.</summary>
    public void Grant(int seconds) => _seconds += seconds;

    public void Use(TimeSpan time) => _seconds -= time.TotalSeconds;
}

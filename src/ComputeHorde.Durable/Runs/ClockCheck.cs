using ComputeHorde.Durable.Hosting;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// Whether this machine's clock is right. With a wrong one, upload URLs begin tomorrow or have ended, and every job that was bought fails:
/// so nothing is bought.
/// </summary>
internal sealed class ClockCheck(TimeProvider timeProvider, ILogger<ClockCheck> logger)
{
    private static readonly TimeSpan MostSkew = TimeSpan.FromMinutes(5),
        MostJump = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private DateTimeOffset _time = timeProvider.GetUtcNow();
    private long _timestamp = timeProvider.GetTimestamp();
    private bool _isWrong;

    /// <summary>Whether the clock was set since the last call: what is known of its offset is old then.</summary>
    public bool HasJumped()
    {
        lock (_gate)
        {
            var (time, timestamp) = (timeProvider.GetUtcNow(), timeProvider.GetTimestamp());
            var jump = time - _time - timeProvider.GetElapsedTime(_timestamp, timestamp);
            (_time, _timestamp) = (time, timestamp);
            return jump.Duration() > MostJump;
        }
    }

    /// <summary>Lets nobody pass while the clock is wrong.</summary>
    /// <param name="facilitatorOffset">The facilitator's clock less this machine's, by its newest answer; null when it has given
    /// none.</param>
    public void RequireRight(TimeSpan? facilitatorOffset)
    {
        var isWrong = facilitatorOffset is { } offset && offset.Duration() > MostSkew;
        if (isWrong && !_isWrong)
        {
            logger.ClockIsWrong(facilitatorOffset!.Value);
        }

        _isWrong = isWrong;
        if (isWrong)
        {
            throw new ClockException(facilitatorOffset!.Value);
        }
    }
}

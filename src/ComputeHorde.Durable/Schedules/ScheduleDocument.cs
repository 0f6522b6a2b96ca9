using System.Text.Json;

namespace ComputeHorde.Durable.Schedules;

/// <summary>A schedule as it is stored.</summary>
/// <param name="Spec">When.</param>
/// <param name="Request">What: the job or the batch, as it was sent, without its <c>schedule</c>. It can hold secrets, as requests
/// can.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
internal sealed record ScheduleDocument(ScheduleSpec Spec, JsonElement Request, DateTimeOffset CreatedAt)
{
    /// <summary>The occurrence that comes next, without jitter, UTC; null when there is none any more.</summary>
    public DateTimeOffset? Next { get; init; }

    /// <summary>When it was made, replaced or resumed last, UTC: nothing is caught up from before.</summary>
    public DateTimeOffset Since { get; init; }

    public bool IsPaused { get; init; }

    /// <summary>Whether it was deleted. Its document stays, so that the blob that it came from does not bring it back.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>The version of the blob that it came from; null when it came over HTTP.</summary>
    public string? Version { get; init; }

    /// <summary>The last occurrence that was started; null before the first.</summary>
    public ScheduledRun? Last { get; init; }

    /// <summary>Why the last occurrence could not be started; null when it was.</summary>
    public string? Problem { get; init; }

    /// <summary>What the last runs say of the horde: one of <see cref="HordeStates"/>; null before the first has ended.</summary>
    public string? Horde { get; init; }
}

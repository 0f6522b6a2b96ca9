namespace ComputeHorde.Durable.Schedules;

/// <summary>A schedule as we show it, without what it starts.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schedule">When.</param>
/// <param name="IsPaused">Whether nothing is started.</param>
/// <param name="Next">The next occurrences, without jitter, UTC.</param>
/// <param name="Last">The last one that was started.</param>
/// <param name="Problem">Why the last one could not be started.</param>
/// <param name="Horde">What the last runs say of the horde: one of <see cref="HordeStates"/>.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
internal sealed record ScheduleView(
    string Name,
    ScheduleSpec Schedule,
    bool IsPaused,
    IReadOnlyList<DateTimeOffset> Next,
    ScheduledRun? Last,
    string? Problem,
    string? Horde,
    DateTimeOffset CreatedAt
)
{
    private const int Shown = 5;

    public static ScheduleView Of(StoredSchedule stored) =>
        new(
            stored.Name,
            stored.Document.Spec,
            stored.Document.IsPaused,
            NextOf(stored.Document),
            stored.Document.Last,
            stored.Document.Problem,
            stored.Document.Horde,
            stored.Document.CreatedAt
        );

    private static List<DateTimeOffset> NextOf(ScheduleDocument document)
    {
        var occurrences = Occurrences.Of(document.Spec);
        var next = new List<DateTimeOffset>();
        for (var moment = document.Next; moment is { } known && next.Count < Shown; moment = occurrences.After(known))
        {
            next.Add(known);
        }

        return next;
    }
}

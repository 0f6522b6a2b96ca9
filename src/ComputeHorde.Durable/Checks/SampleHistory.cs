using System.Collections.Immutable;

namespace ComputeHorde.Durable.Checks;

/// <summary>
/// What sampling remembers: the trusted seconds reserved in the last hour, and the namespaces that were caught a while ago.
/// </summary>
/// <param name="Reservations">Oldest first.</param>
/// <param name="Suspects">Namespace to clean samples in a row since it was caught.</param>
internal sealed record SampleHistory(ImmutableList<SampleReservation> Reservations, ImmutableDictionary<string, int> Suspects)
{
    /// <summary>Bounds the stored document: names and jobs come from callers.</summary>
    public const int MaxReservations = 5000,
        MaxSuspects = 1000;

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    public static SampleHistory Empty { get; } = new([], ImmutableDictionary<string, int>.Empty);

    public bool Has(string jobUuid) => Reservations.Exists(reservation => reservation.JobUuid == jobUuid);

    /// <summary>The reservations that count at a moment. One of the future is from before the clock was set back.</summary>
    public ImmutableList<SampleReservation> RecentAt(DateTimeOffset now) =>
        Reservations.RemoveAll(reservation => (now - reservation.At).Duration() > Window);

    /// <summary>Reserves trusted seconds, when the budget of the last hour and the share of the namespace in it allow it.</summary>
    /// <param name="budget">What all namespaces may spend in an hour.</param>
    /// <param name="share">What this one may; null for an equal share.</param>
    /// <returns>The history with the reservation; null when it is not granted.</returns>
    public SampleHistory? Reserve(SampleReservation wanted, double budget, double? share = null)
    {
        var recent = RecentAt(wanted.At);
        var namespaces = recent
            .Select(static reservation => reservation.Namespace)
            .Append(wanted.Namespace)
            .Distinct(StringComparer.Ordinal)
            .Count();
        var used = recent.Sum(static reservation => reservation.Seconds);
        var own = recent.Where(reservation => reservation.Namespace == wanted.Namespace).Sum(static reservation => reservation.Seconds);
        var isGranted =
            recent.Count < MaxReservations && used + wanted.Seconds <= budget && own + wanted.Seconds <= (share ?? budget / namespaces);
        return isGranted ? this with { Reservations = recent.Add(wanted) } : null;
    }

    /// <summary>A confirmed mismatch puts the namespace under suspicion; enough clean samples in a row lift it.</summary>
    public SampleHistory With(SampleVerdict verdict, int cleanSamplesToTrust)
    {
        if (verdict.IsMismatch)
        {
            var isRoom = Suspects.Count < MaxSuspects || Suspects.ContainsKey(verdict.Namespace);
            var others = isRoom ? Suspects : Suspects.Remove(Suspects.MaxBy(static suspect => suspect.Value).Key);
            return this with { Suspects = others.SetItem(verdict.Namespace, 0) };
        }

        if (!Suspects.TryGetValue(verdict.Namespace, out var clean))
        {
            return this;
        }

        return this with
        {
            Suspects =
                clean + 1 >= cleanSamplesToTrust ? Suspects.Remove(verdict.Namespace) : Suspects.SetItem(verdict.Namespace, clean + 1),
        };
    }
}

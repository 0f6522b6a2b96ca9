using System.ComponentModel.DataAnnotations;

namespace ComputeHorde.Durable.Hosting;

/// <summary>What a namespace may use: setting <c>ComputeHorde__Limits__&lt;namespace&gt;</c> (<c>*</c> for each one without its own), or
/// <c>limits</c> of a request.
/// Where both say something, the smaller counts.</summary>
public sealed record NamespaceLimits
{
    /// <summary>How many runs may be in flight at once.</summary>
    /// <value>Null: any number.</value>
    [Range(1, 1_000_000)]
    public int? MaxInFlight { get; init; }

    /// <summary>Executor seconds that runs of the last 24 hours may have used when another one is to begin.</summary>
    /// <value>Null: any number.</value>
    [Range(0, 1e12)]
    public double? ExecutorSecondsPerDay { get; init; }

    /// <summary>Trusted executor seconds that <c>budgeted</c> checks may spend in any hour.</summary>
    /// <value>Null: the share of <c>TrustedSecondsPerHour</c> that is fair.</value>
    [Range(0, 1e9)]
    public double? TrustedSecondsPerHour { get; init; }

    /// <summary>Which of the runs that wait goes first: the higher number, then the older run.</summary>
    /// <value>0.</value>
    [Range(-1000, 1000)]
    public int Priority { get; init; }

    /// <summary>Whether a run has to wait for anything under these limits.</summary>
    internal bool AreWaitedFor => MaxInFlight is not null || ExecutorSecondsPerDay is not null;

    /// <summary>The smaller of both, and the priority of <paramref name="request"/> if it has one.</summary>
    internal NamespaceLimits With(NamespaceLimits? request) =>
        request is null
            ? this
            : new NamespaceLimits
            {
                MaxInFlight = Smaller(MaxInFlight, request.MaxInFlight),
                ExecutorSecondsPerDay = Smaller(ExecutorSecondsPerDay, request.ExecutorSecondsPerDay),
                TrustedSecondsPerHour = Smaller(TrustedSecondsPerHour, request.TrustedSecondsPerHour),
                Priority = request.Priority != 0 ? request.Priority : Priority,
            };

    private static T? Smaller<T>(T? one, T? other)
        where T : struct, IComparable<T> =>
        one is null ? other
        : other is null || one.Value.CompareTo(other.Value) <= 0 ? one
        : other;
}

namespace ComputeHorde.Simulation.Chaos;

/// <summary>The shares of the calls at one seam that faults hit.</summary>
internal sealed record FaultRates(params (FaultKind Kind, double Share)[] Shares)
{
    /// <summary>What a storage account does to its clients.</summary>
    public static FaultRates Storage { get; } =
        new(
            (FaultKind.Refused, 0.15),
            (FaultKind.LostBefore, 0.15),
            (FaultKind.LostAfter, 0.3),
            (FaultKind.Busy, 0.15),
            (FaultKind.ConditionFailed, 0.15),
            (FaultKind.Slow, 0.1)
        );

    /// <summary>What a facilitator and what stands before it do to their clients.</summary>
    public static FaultRates Facilitator { get; } =
        new(
            (FaultKind.Refused, 0.1),
            (FaultKind.LostBefore, 0.1),
            (FaultKind.LostAfter, 0.2),
            (FaultKind.Busy, 0.1),
            (FaultKind.Slow, 0.1),
            (FaultKind.Throttled, 0.05),
            (FaultKind.ServerError, 0.1),
            (FaultKind.GatewayTimeout, 0.1),
            (FaultKind.Unauthorized, 0.05),
            (FaultKind.Forbidden, 0.05),
            (FaultKind.ForeignPage, 0.05)
        );

    /// <summary>What the back end of a task hub does to the workers and clients of another process.</summary>
    public static FaultRates TaskHub { get; } = new((FaultKind.LostBefore, 0.3), (FaultKind.LostAfter, 0.5), (FaultKind.Slow, 0.2));

    /// <summary>What servers of strangers do to those who have something to tell.</summary>
    public static FaultRates Receiver { get; } =
        new(
            (FaultKind.Refused, 0.2),
            (FaultKind.LostBefore, 0.1),
            (FaultKind.LostAfter, 0.2),
            (FaultKind.Hangs, 0.1),
            (FaultKind.Slow, 0.15),
            (FaultKind.Throttled, 0.1),
            (FaultKind.ServerError, 0.1),
            (FaultKind.ForeignPage, 0.05)
        );

    /// <summary>Queues deliver at least once.</summary>
    public static FaultRates Delivery { get; } = new((FaultKind.Repeated, 1));
}

namespace ComputeHorde.Simulation.Chaos;

/// <summary>A fault that hit a call.</summary>
/// <param name="At">When, since the beginning.</param>
/// <param name="Call">The call, by a name that does not depend on others: what it does and how often it was done before.</param>
/// <param name="Kind">What happened.</param>
internal sealed record InjectedFault(TimeSpan At, string Call, FaultKind Kind)
{
    public bool IsDeath => Kind is FaultKind.DeathBefore or FaultKind.DeathAfter;

    public override string ToString() => $"{At:hh\\:mm\\:ss\\.fff} {Kind} {Call}";
}

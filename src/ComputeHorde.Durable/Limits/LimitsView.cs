namespace ComputeHorde.Durable.Limits;

/// <summary>The namespaces, and who waits.</summary>
/// <param name="Namespaces">Each that has limits of its own, holds places or waits for some.</param>
/// <param name="WaitingRuns">The runs that wait for a place, in the order in which they get one; the first 100.</param>
internal sealed record LimitsView(IReadOnlyList<LimitView> Namespaces, IReadOnlyList<WaitingView> WaitingRuns);

/// <summary>A run that waits for a place.</summary>
/// <param name="Namespace">Its namespace; empty for none.</param>
/// <param name="Priority">The higher goes first.</param>
/// <param name="Since">When it asked first, UTC.</param>
internal sealed record WaitingView(string Run, string Namespace, int Priority, DateTimeOffset Since);

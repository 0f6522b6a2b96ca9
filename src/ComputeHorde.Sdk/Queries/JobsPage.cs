namespace ComputeHorde.Sdk;

/// <summary>One page of the job list. The list has no order, and jobs move within it while they change (protocol 2.4).</summary>
/// <param name="Jobs">The jobs of the page that can be read.</param>
/// <param name="TotalCount">How many jobs there are on all pages.</param>
/// <param name="HasNext">True when there is another page.</param>
public sealed record JobsPage(IReadOnlyList<ComputeHordeJob> Jobs, int TotalCount, bool HasNext);

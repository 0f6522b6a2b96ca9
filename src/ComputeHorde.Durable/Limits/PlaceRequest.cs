namespace ComputeHorde.Durable.Limits;

/// <summary>
/// What a run of a limited namespace asks for before it begins. The limits of the settings are looked up when it is admitted.
/// </summary>
/// <param name="Namespace">The namespace; empty for none.</param>
/// <param name="Priority">The higher goes first.</param>
internal sealed record PlaceRequest(string Namespace, int Priority)
{
    /// <summary>The request's own bound; null for none.</summary>
    public int? MaxInFlight { get; init; }

    /// <summary>The request's own bound; null for none.</summary>
    public double? ExecutorSecondsPerDay { get; init; }
}

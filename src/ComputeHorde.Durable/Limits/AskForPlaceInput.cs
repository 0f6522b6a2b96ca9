namespace ComputeHorde.Durable.Limits;

/// <summary>The run that asks, and what for.</summary>
internal sealed record AskForPlaceInput(string RunId, PlaceRequest Place);

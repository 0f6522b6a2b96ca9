namespace ComputeHorde.Fallback;

/// <summary>A rented machine.</summary>
/// <param name="Id">The provider's handle of it.</param>
/// <param name="Name">The name it was given.</param>
/// <param name="State">What the provider says of it: a hint only, the job's result lies in storage.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
public sealed record Machine(string Id, string Name, MachineState State, DateTimeOffset CreatedAt)
{
    /// <summary>US dollars an hour; null where the provider does not tell.</summary>
    public decimal? UsdPerHour { get; init; }

    /// <summary>The provider's own word for the state.</summary>
    public string RawState { get; init; } = "";
}

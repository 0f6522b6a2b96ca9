namespace ComputeHorde.Fallback;

/// <summary>A kind of machine that can be rented.</summary>
/// <param name="Id">The provider's name of it, for instance <c>NVIDIA RTX A6000</c>.</param>
/// <param name="UsdPerHour">US dollars an hour.</param>
public sealed record MachineOffer(string Id, decimal UsdPerHour)
{
    /// <summary>Whether it has a GPU.</summary>
    public bool HasGpu { get; init; } = true;
}

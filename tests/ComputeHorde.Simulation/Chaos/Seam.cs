namespace ComputeHorde.Simulation.Chaos;

/// <summary>Where the application touches what is outside of it.</summary>
internal enum Seam
{
    Storage,
    Facilitator,

    /// <summary>Calls of the Durable client.</summary>
    TaskHub,

    /// <summary>Commits of the engine.</summary>
    Engine,

    /// <summary>Notices to servers of callers.</summary>
    Receiver,

    /// <summary>The start and end of activities and triggers.</summary>
    Delivery,
}

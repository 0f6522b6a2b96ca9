namespace ComputeHorde.Simulation.Chaos;

/// <summary>What happens to one call at a seam.</summary>
internal enum FaultKind
{
    None,

    /// <summary>No connection; nothing was done.</summary>
    Refused,

    /// <summary>No answer; nothing was done.</summary>
    LostBefore,

    /// <summary>No answer, though it was done.</summary>
    LostAfter,

    /// <summary>No answer at all, and the connection stays; nothing was done.</summary>
    Hangs,

    /// <summary>503; nothing was done.</summary>
    Busy,

    /// <summary>412 to a write under a condition; nothing was done.</summary>
    ConditionFailed,

    /// <summary>Done, and answered late.</summary>
    Slow,

    /// <summary>429; nothing was done.</summary>
    Throttled,

    /// <summary>500; nothing was done.</summary>
    ServerError,

    /// <summary>504 by a gateway, though it was done.</summary>
    GatewayTimeout,

    /// <summary>401; nothing was done.</summary>
    Unauthorized,

    /// <summary>403; nothing was done.</summary>
    Forbidden,

    /// <summary>200 with a page of somebody else; nothing was done.</summary>
    ForeignPage,

    /// <summary>Somebody delivers it a second time, later.</summary>
    Repeated,

    /// <summary>The process dies; nothing was done.</summary>
    DeathBefore,

    /// <summary>The process dies when it was done.</summary>
    DeathAfter,
}

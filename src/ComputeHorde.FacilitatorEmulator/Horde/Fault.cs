namespace ComputeHorde.Emulator.Horde;

/// <summary>What a call is hit by.</summary>
internal enum Fault
{
    None,

    /// <summary>The error that the settings describe, nothing done.</summary>
    Error,

    /// <summary>Status 429 with Retry-After, nothing done.</summary>
    Throttle,

    /// <summary>A reset connection, nothing done.</summary>
    ResetBefore,

    /// <summary>The work is done, then the connection is reset.</summary>
    ResetAfter,

    /// <summary>Status 500, nothing done.</summary>
    ServerError,

    /// <summary>Status 503, nothing done.</summary>
    Unavailable,

    /// <summary>The work is done, and a proxy answers 504.</summary>
    GatewayTimeout,

    /// <summary>Status 403, nothing done.</summary>
    Forbidden,

    /// <summary>Status 401 as for an expired token, nothing done.</summary>
    Unauthorized,

    /// <summary>Status 404 by a proxy, nothing done.</summary>
    Missing,

    /// <summary>Status 200 with a page of somebody else, nothing done.</summary>
    Page,

    /// <summary>The work is done, and the answer breaks off in the middle.</summary>
    CutOff,

    /// <summary>The work is done, and the answer comes late.</summary>
    Slow,
}

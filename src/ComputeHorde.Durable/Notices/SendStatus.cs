namespace ComputeHorde.Durable.Notices;

/// <summary>What became of one try to deliver a notice.</summary>
internal enum SendStatus
{
    /// <summary>The receiver took it.</summary>
    Delivered,

    /// <summary>The receiver did not take it, and may later.</summary>
    Failed,

    /// <summary>Nobody will ever take it.</summary>
    Refused,

    /// <summary>Nothing was tried: this machine is not ready.</summary>
    NotNow,
}

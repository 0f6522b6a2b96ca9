namespace ComputeHorde.Fallback;

/// <summary>What went wrong, by what can be done about it.</summary>
public enum FallbackFailure
{
    /// <summary>Nobody answered, or not clearly: nothing is known, and what was asked for may have happened. Ask again later.</summary>
    Unknown,

    /// <summary>There is no machine of this kind now.</summary>
    NoCapacity,

    /// <summary>The provider has no kind of machine for the executor class.</summary>
    NoMapping,

    /// <summary>The provider refuses the account: key, permission or balance. Nothing else can be rented either.</summary>
    Account,

    /// <summary>
    /// The job cannot run on a fallback machine: its input is wrong, its image is unknown, or it needs what providers do not have.
    /// </summary>
    Job,

    /// <summary>The job may cost more than it is allowed to.</summary>
    Price,

    /// <summary>The provider does not understand the request: a fault of this library, or a change of the provider's.</summary>
    Protocol,
}

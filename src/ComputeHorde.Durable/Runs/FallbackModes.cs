namespace ComputeHorde.Durable.Runs;

/// <summary>
/// When a run goes to a fallback provider: the values of <see cref="RunPolicy.Fallback"/>, each with what the one before it allows.
/// </summary>
internal static class FallbackModes
{
    public const string Never = "never";

    /// <summary>
    /// When room has been waited for as long as <see cref="RunPolicy.CapacityTimeoutSeconds"/> says, or ComputeHorde has been away for so
    /// long.
    /// </summary>
    public const string OnUnavailable = "on_unavailable";

    /// <summary>Also when all attempts have failed, not by the job's own doing.</summary>
    public const string AfterAttempts = "after_attempts";

    public static readonly IReadOnlyList<string> All = [Never, OnUnavailable, AfterAttempts];
}

namespace ComputeHorde.FallbackEmulator;

/// <summary>A line that a machine printed.</summary>
/// <param name="At">When.</param>
/// <param name="Line">What.</param>
public sealed record LogEntry(DateTimeOffset At, string Line);

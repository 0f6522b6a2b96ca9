namespace ComputeHorde.Simulation.Seams;

/// <summary>What code of a process sees that is no more: nothing it does has any effect, and it unwinds.</summary>
internal sealed class ProcessDiedException(string call) : OperationCanceledException($"The process died at {call}.");

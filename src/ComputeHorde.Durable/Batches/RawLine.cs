using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Batches;

/// <summary>A line as it came.</summary>
/// <param name="Line">Its number, counted from 1.</param>
/// <param name="Request">The request; null when there is none to read.</param>
/// <param name="Problem">Why there is none.</param>
/// <param name="EndsAt">Where the next line begins, in bytes.</param>
internal sealed record RawLine(int Line, BinaryData? Request, ValidationProblem? Problem, long EndsAt);

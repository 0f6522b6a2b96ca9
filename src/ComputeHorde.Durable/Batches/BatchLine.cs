using ComputeHorde.Durable.Runs;

namespace ComputeHorde.Durable.Batches;

/// <summary>A line that can run.</summary>
/// <param name="Line">Its number, counted from 1.</param>
/// <param name="Run">The input of its run; the run is called <see cref="RunInput.RequestId"/>.</param>
/// <param name="ExecutorClass">The kind of machine that its job asks for.</param>
internal sealed record BatchLine(int Line, RunInput Run, string ExecutorClass);

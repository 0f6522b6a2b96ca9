using Microsoft.DurableTask;

namespace ComputeHorde.Functions.Local.Durable;

/// <summary>What starts an orchestrator function: its context, and the input for its second parameter.</summary>
internal sealed record OrchestrationCall(TaskOrchestrationContext Context, object? Input);

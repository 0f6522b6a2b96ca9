namespace ComputeHorde.Durable.LocalRuntime.Testing;

/// <summary>placeholder</summary>
public sealed class VirtualTimeProvider : TimeProvider;

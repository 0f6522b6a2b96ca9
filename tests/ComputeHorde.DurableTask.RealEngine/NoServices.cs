namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>For tasks that need no services.</summary>
internal sealed class NoServices : IServiceProvider
{
    public static NoServices Instance { get; } = new();

    public object? GetService(Type serviceType) => null;
}

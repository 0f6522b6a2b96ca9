namespace Microsoft.DurableTask;

/// <summary>Hands an untyped input to typed code.</summary>
internal static class TaskInput
{
    public static T? As<T>(object? input) => input switch
    {
        null => default,
        T typed => typed,
        _ => throw new ArgumentException($"The input is of type {input.GetType()}, the task takes {typeof(T)}.", nameof(input)),
    };
}

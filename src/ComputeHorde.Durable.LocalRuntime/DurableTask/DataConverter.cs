namespace Microsoft.DurableTask;

/// <summary>Turns inputs, outputs, events and statuses into text and back.</summary>
public abstract class DataConverter
{
    /// <summary>Writes a value as text.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The text; <see langword="null"/> for <see langword="null"/>.</returns>
    public abstract string? Serialize(object? value);

    /// <summary>Reads a value from text.</summary>
    /// <param name="data">The text.</param>
    /// <param name="targetType">The type to read.</param>
    /// <returns>The value; <see langword="null"/> for <see langword="null"/>.</returns>
    public abstract object? Deserialize(string? data, Type targetType);

    /// <summary>Reads a value from text.</summary>
    /// <typeparam name="T">The type to read.</typeparam>
    /// <param name="data">The text.</param>
    /// <returns>The value; the default of <typeparamref name="T"/> for <see langword="null"/>.</returns>
    public virtual T? Deserialize<T>(string? data) => Deserialize(data, typeof(T)) is T value ? value : default;
}

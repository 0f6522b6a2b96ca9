namespace ComputeHorde.Emulator.Python;

/// <summary>A JSON object that keeps its key order, as a Python <c>dict</c> does.</summary>
internal sealed class PyDict : OrderedDictionary<string, object?>
{
    public PyDict()
        : base(StringComparer.Ordinal) { }

    /// <summary>The value of <paramref name="key"/>, or null when it is missing (Python's <c>dict.get</c>).</summary>
    public object? Get(string key) => TryGetValue(key, out object? value) ? value : null;

    /// <summary>The text value of <paramref name="key"/>, or null when it is missing or no text.</summary>
    public string? GetText(string key) => Get(key) as string;
}

/// <summary>
/// A JSON array. Elements: null, bool, <see cref="System.Numerics.BigInteger"/>, double, string, <see cref="PyList"/>,
/// <see cref="PyDict"/>.
/// </summary>
internal sealed class PyList : List<object?>
{
    public PyList() { }

    public PyList(IEnumerable<object?> items)
        : base(items) { }
}

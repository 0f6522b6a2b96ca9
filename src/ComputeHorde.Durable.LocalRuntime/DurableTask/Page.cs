namespace Microsoft.DurableTask;

/// <summary>One page of results.</summary>
/// <typeparam name="T">What is listed.</typeparam>
public sealed class Page<T>
{
    /// <summary>Makes a page.</summary>
    /// <param name="values">What is on it.</param>
    /// <param name="continuationToken">Where the next one starts; <see langword="null"/> on the last.</param>
    public Page(IReadOnlyList<T> values, string? continuationToken = null)
    {
        Values = values ?? throw new ArgumentNullException(nameof(values));
        ContinuationToken = continuationToken;
    }

    /// <summary>What is on the page.</summary>
    public IReadOnlyList<T> Values { get; }

    /// <summary>Where the next page starts; <see langword="null"/> on the last.</summary>
    public string? ContinuationToken { get; }
}

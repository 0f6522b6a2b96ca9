namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>
/// <c>json-tolerance</c>: the same structure, texts and booleans exactly, numbers within the tolerances, properties in any order.
/// </summary>
internal sealed class JsonToleranceComparer : ContentComparer
{
    public override string Name => "json-tolerance";

    protected override async Task<string?> FindDifferenceAsync(
        ContentHandle untrusted,
        ContentHandle trusted,
        ComparisonSettings settings,
        CancellationToken cancellationToken
    )
    {
        using var expected = JsonContent.Parse(trusted, await trusted.ReadAsync(cancellationToken));
        using var actual = JsonContent.Parse(untrusted, await untrusted.ReadAsync(cancellationToken));
        return
            new JsonDifferences(untrusted, trusted, settings, cancellationToken).Find(actual.RootElement, expected.RootElement)
                is { } difference
            ? "$" + difference
            : null;
    }
}

namespace ComputeHorde.Sdk;

/// <summary>A question to the list endpoint (protocol 2.4).</summary>
/// <param name="Name">Short name, for metrics.</param>
/// <param name="Filter">Query parameters that begin with <c>&amp;</c>, or empty.</param>
internal sealed record JobListQuery(string Name, string Filter)
{
    /// <summary>The facilitator's largest page.</summary>
    public const int MaxPageSize = 256;

    public int Page { get; init; } = 1;

    public int PageSize { get; init; } = MaxPageSize;

    /// <summary>False to leave out what jobs printed and gave.</summary>
    public bool IncludeResults { get; init; } = true;

    /// <summary>True for a list of one job at most, which is read whatever its size.</summary>
    public bool IsOfOneJob { get; init; }

    /// <summary>False when a failure is not to be repeated.</summary>
    public bool Repeats { get; init; } = true;
}

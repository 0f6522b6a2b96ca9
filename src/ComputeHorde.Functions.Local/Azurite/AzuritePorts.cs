namespace ComputeHorde.Functions.Local.Azurite;

/// <summary>Where the three services listen; 0 for a free port.</summary>
internal sealed record AzuritePorts(int Blob, int Queue, int Table)
{
    /// <summary>Those of <c>UseDevelopmentStorage=true</c>.</summary>
    public static AzuritePorts Development { get; } = new(10000, 10001, 10002);

    public IReadOnlyList<int> All => [Blob, Queue, Table];
}

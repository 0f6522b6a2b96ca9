namespace ComputeHorde.Storage.Local.Http;

/// <summary>What a request asks for.</summary>
/// <param name="Name">As Azure's documentation calls it.</param>
/// <param name="Level">What it acts on.</param>
/// <param name="Service">Letters of which a service signature needs one; empty where none suffices.</param>
/// <param name="Account">Letters of which an account signature needs one.</param>
/// <param name="Run">Null when this storage does not do it.</param>
internal sealed record Operation(
    string Name,
    ResourceLevel Level,
    string Service,
    string Account,
    Func<StorageRequest, CancellationToken, Task<StorageResponse>>? Run
)
{
    public static Operation Missing(string name, ResourceLevel level) => new(name, level, "", "", Run: null);
}

internal enum ResourceLevel
{
    Service,
    Container,
    Object,
}

namespace ComputeHorde.Durable.LocalRuntime.Tests.Engine.Contract;

public sealed class MemoryEngineTests : EngineContract
{
    protected override LocalTaskHostOptions NewOptions() => new();
}

public sealed class SqliteEngineTests : EngineContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("engine").FullName;

    protected override LocalTaskHostOptions NewOptions() => new() { DatabasePath = Path.Combine(folder, "hub.db") };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>A folder that goes away with its test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("computehorde-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

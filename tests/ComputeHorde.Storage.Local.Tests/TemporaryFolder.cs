namespace ComputeHorde.Storage.Local.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("storage-local-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

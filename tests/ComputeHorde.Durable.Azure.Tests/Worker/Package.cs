namespace ComputeHorde.Durable.Azure.Tests.Worker;

/// <summary>The unzipped package.</summary>
internal sealed class Package(DirectoryInfo root, string folder) : IDisposable
{
    public string Folder => folder;

    public void Dispose() => root.Delete(recursive: true);
}

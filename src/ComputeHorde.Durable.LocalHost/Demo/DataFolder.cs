namespace ComputeHorde.Durable.LocalHost.Demo;

/// <summary>The folder of a demo: the user's, which is kept, or a temporary one, which is not.</summary>
internal sealed class DataFolder(string path, bool isTemporary) : IDisposable
{
    public string Path { get; } = path;

    public static DataFolder Open(string? given) =>
        given is null
            ? new DataFolder(Directory.CreateTempSubdirectory("computehorde-demo-").FullName, isTemporary: true)
            : new DataFolder(System.IO.Path.GetFullPath(given), isTemporary: false);

    public void Dispose()
    {
        if (isTemporary)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}

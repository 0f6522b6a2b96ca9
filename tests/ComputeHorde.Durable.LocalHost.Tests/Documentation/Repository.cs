namespace ComputeHorde.Durable.LocalHost.Tests.Documentation;

internal static class Repository
{
    private static readonly string[] Generated = ["bin", "obj", "node_modules", "artifacts", "TestResults", ".git", ".computehorde"];

    public static string Root { get; } = FindRoot();

    /// <summary>The files that people have written, by extension.</summary>
    public static IEnumerable<string> Files(params string[] extensions) =>
        Under(new DirectoryInfo(Root)).Where(file => extensions.Contains(Path.GetExtension(file), StringComparer.Ordinal));

    private static IEnumerable<string> Under(DirectoryInfo folder) =>
        folder
            .EnumerateFiles()
            .Select(static file => file.FullName)
            .Concat(folder.EnumerateDirectories().Where(IsWritten).SelectMany(Under));

    private static bool IsWritten(DirectoryInfo folder) => !Generated.Contains(folder.Name) && folder.LinkTarget is null;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "ComputeHorde.Durable.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}

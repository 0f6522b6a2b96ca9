namespace ComputeHorde.Durable.LocalHost;

/// <summary>Where host.json and local.settings.json lie.</summary>
internal static class ContentRoot
{
    /// <summary>
    /// Gives the current directory when it holds a host.json, else the nearest directory above the program that does, else the program's
    /// own.
    /// </summary>
    public static string Find()
    {
        if (File.Exists(Path.Combine(Environment.CurrentDirectory, "host.json")))
        {
            return Environment.CurrentDirectory;
        }

        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "host.json")))
            {
                return directory.FullName;
            }
        }

        return AppContext.BaseDirectory;
    }
}

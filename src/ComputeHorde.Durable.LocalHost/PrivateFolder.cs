namespace ComputeHorde.Durable.LocalHost;

/// <summary>Folders and files that their owner alone can read: requests in clear, keys and results lie there.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>How a private file is made. On Windows the profile's own access list does the same.</summary>
    public static FileStreamOptions NewFile
    {
        get
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return options;
        }
    }

    /// <summary>Makes a folder, or takes others' access to one that is there.</summary>
    public static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, OwnerFolder);
        }
        else if (File.GetUnixFileMode(folder) != OwnerFolder)
        {
            File.SetUnixFileMode(folder, OwnerFolder);
        }
    }
}

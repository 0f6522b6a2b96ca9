namespace ComputeHorde.Storage.Local.Folder;

internal static class DataFolder
{
    /// <summary>Makes the folder, or takes everybody else's permissions from it: who cannot enter it reads no file in it.</summary>
    /// <exception cref="LocalStorageException">That is not possible.</exception>
    public static string Prepare(string path)
    {
        var folder = Path.GetFullPath(path);
        try
        {
            OwnerOnly.CreateFolder(folder);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder, OwnerOnly.Folder);
                foreach (var file in Directory.EnumerateFiles(folder))
                {
                    File.SetUnixFileMode(file, OwnerOnly.File);
                }
            }

            return folder;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new LocalStorageException(
                $"The data folder {folder} cannot be made or used ({refused.Message}): correct its permissions, or choose another.",
                refused
            );
        }
    }
}

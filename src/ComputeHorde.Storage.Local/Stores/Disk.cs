using System.ComponentModel;
using System.Runtime.InteropServices;
using ComputeHorde.Storage.Local.Folder;

namespace ComputeHorde.Storage.Local.Stores;

internal sealed partial class Disk : IDisk
{
    public Stream Create(string path) => OwnerOnly.Open(path, FileMode.CreateNew, FileAccess.Write);

    public void Flush(Stream file) => ((FileStream)file).Flush(flushToDisk: true);

    public void FlushFolder(string path)
    {
        // NTFS keeps its directory in its journal, and does not open folders for this.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = Open(path, 0);
        if (folder < 0)
        {
            throw new IOException($"The folder {path} cannot be opened.", new Win32Exception());
        }

        var flushed = Sync(folder);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(folder);
        if (flushed != 0)
        {
            throw new IOException($"The folder {path} cannot be flushed to the disk.", new Win32Exception(error));
        }
    }

    public void Delete(string path) => File.Delete(path);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);
}

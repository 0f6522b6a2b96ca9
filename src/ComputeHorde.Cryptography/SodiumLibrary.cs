using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ComputeHorde.Cryptography;

/// <summary>
/// Loads the native library that the package libsodium carries, and no other: one that lies on the machine by chance may be of any version.
/// </summary>
internal static class SodiumLibrary
{
    private const string Version = "1.0.22";

    private static readonly Lazy<nint> s_library = new(() => Load(Folders()));

    private static string FileName =>
        OperatingSystem.IsWindows() ? "libsodium.dll"
        : OperatingSystem.IsMacOS() ? "libsodium.dylib"
        : "libsodium.so";

    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => s_library.Value;

    /// <summary>Loads the library from the first folder that has it.</summary>
    /// <exception cref="DllNotFoundException">There is none, or it is not the one of the package.</exception>
    internal static nint Load(IReadOnlyCollection<string> folders)
    {
        var file =
            folders.Select(folder => Path.Combine(folder, FileName)).FirstOrDefault(File.Exists)
            ?? throw Fault(
                $"has no {FileName} in {string.Join(", ", folders)}; publish the application for this platform, with its native files"
            );
        if (!IsTheOneOfThePackage(file))
        {
            throw Fault($"is not what {file} holds: the file is damaged, was changed, or is of another version");
        }

        if (!NativeLibrary.TryLoad(file, out var library))
        {
            throw Fault($"cannot be loaded from {file}: it is for another platform, or lacks a library of the system");
        }

        return IsReady(library) ? library : throw Fault($"is needed, but {file} is of another version or finds no randomness");
    }

    private static bool IsTheOneOfThePackage(string file)
    {
        // On a Mac every library is signed anew with the application that it is a part of; there only the version can be asked, below.
        if (OperatingSystem.IsMacOS())
        {
            return true;
        }

        var known = typeof(SodiumLibrary)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == "libsodium.sha256");
        try
        {
            return known.Value!.Contains(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))), StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Fault($"cannot be read from {file}: {error.Message}", error);
        }
    }

    private static unsafe bool IsReady(nint library)
    {
        var version = (delegate* unmanaged[Cdecl]<nint>)NativeLibrary.GetExport(library, "sodium_version_string");
        var initialize = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "sodium_init");
        return Marshal.PtrToStringAnsi(version()) == Version && initialize() >= 0;
    }

    /// <summary>
    /// Beside the assembly first (a plug-in brings its own), then where the host says that the application's native files are.
    /// </summary>
    [UnconditionalSuppressMessage(
        "SingleFile",
        "IL3000",
        Justification = "In a single file the location is empty, and the folder of the application it is."
    )]
    private static string[] Folders()
    {
        var own = Path.GetDirectoryName(typeof(SodiumLibrary).Assembly.Location) is { Length: > 0 } folder
            ? folder
            : AppContext.BaseDirectory;
        var host = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return
        [
            .. new[] { own, Path.Combine(own, "runtimes", RuntimeInformation.RuntimeIdentifier, "native") }
                .Concat(host.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
                .Distinct(),
        ];
    }

    private static DllNotFoundException Fault(string fault, Exception? cause = null) =>
        new($"libsodium {Version} for {RuntimeInformation.RuntimeIdentifier} {fault}.", cause);
}

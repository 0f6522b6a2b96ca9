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
        OperatingSystem.IsWindows() ? "libsodium.dll" : OperatingSystem.IsMacOS() ? "libsodium.dylib" : "libsodium.so";

    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => s_library.Value;

    /// <summary>Loads the library from the first folder that has it.</summary>
    /// <exception cref="DllNotFoundException">There is none, or it is not the one of the package.</exception>
    internal static nint Load(IReadOnlyCollection<string> folders)
    {
        var file = folders.Select(folder => Path.Combine(folder, FileName)).FirstOrDefault(File.Exists)
            ?? throw Fault($"has no {FileName} in {string.Join(", ", folders)}; publish the application for this platform, with its native files");
        try
        {
            RequireTheOneOfThePackage(file);
            var library = NativeLibrary.Load(file);
            Initialize(library, file);
            return library;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw Fault($"cannot be loaded from {file}: {error.Message}", error);
        }
    }

    private static void RequireTheOneOfThePackage(string file)
    {
        // On a Mac every library is signed anew with the application that it is a part of; only its version can be asked.
        if (OperatingSystem.IsMacOS())
        {
            return;
        }

        var known = typeof(SodiumLibrary).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "libsodium.sha256").Value!;
        using var content = File.OpenRead(file);
        if (!known.Contains(Convert.ToHexStringLower(SHA256.HashData(content)), StringComparison.OrdinalIgnoreCase))
        {
            throw Fault($"is not what {file} holds: the file is damaged, was changed, or is of another version");
        }
    }

    private static unsafe void Initialize(nint library, string file)
    {
        var version = (delegate* unmanaged[Cdecl]<nint>)NativeLibrary.GetExport(library, "sodium_version_string");
        var found = Marshal.PtrToStringAnsi(version());
        if (found != Version)
        {
            throw Fault($"is needed, but {file} is version {found}");
        }

        var initialize = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "sodium_init");
        if (initialize() < 0)
        {
            throw Fault("cannot initialize itself: the system gives no randomness");
        }
    }

    /// <summary>Beside the assembly first (a plug-in brings its own), then where the host says that the application's native files are.</summary>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "In a single file the location is empty, and the folder of the application it is.")]
    private static string[] Folders()
    {
        var own = Path.GetDirectoryName(typeof(SodiumLibrary).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;
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

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ComputeHorde.Cryptography.Tests;

/// <summary>Without the native library of the package there is an error that helps, and no key.</summary>
public sealed class SodiumLibraryTests : IDisposable
{
    private static readonly string s_native = Path.Combine("runtimes", RuntimeInformation.RuntimeIdentifier, "native");
    private readonly string _folder = Directory.CreateTempSubdirectory("sodium").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_NoFile_NamesThePlatformAndWhereItLooked()
    {
        var error = Assert.Throws<DllNotFoundException>(() => SodiumLibrary.Load([_folder]));
        Assert.Contains($"libsodium 1.0.22 for {RuntimeInformation.RuntimeIdentifier}", error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cut off")]
    [InlineData("one bit changed")]
    [InlineData("another library")]
    [InlineData("another platform")]
    [InlineData("no library")]
    [InlineData("empty")]
    public void Load_AnotherFile_NamesThePlatformAndTheFile(string fault)
    {
        Assert.SkipWhen(OperatingSystem.IsMacOS(), "On a Mac a library may be signed anew, so that its bytes tell nothing.");
        var file = Copy(fault);
        var error = Assert.Throws<DllNotFoundException>(() => SodiumLibrary.Load([_folder]));
        Assert.Contains($"libsodium 1.0.22 for {RuntimeInformation.RuntimeIdentifier}", error.Message, StringComparison.Ordinal);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("one bit changed")]
    public async Task Application_LibraryAbsentOrChanged_GetsTheErrorAndNoKey(string fault)
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        Directory.CreateDirectory(Path.Combine(_folder, s_native));
        if (fault != "absent")
        {
            File.Move(Copy(fault), Path.Combine(_folder, s_native, FileName));
        }

        using var process = Process.Start(
            new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
            {
                Arguments =
                    $"\"{Path.Combine(_folder, "ComputeHorde.Cryptography.Tests.dll")}\" -explicit only -method *.{nameof(Use_WithoutTheLibrary_ThrowsAtEveryEntrance)}",
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0 && output.Contains("Total: 1,", StringComparison.Ordinal), output);
    }

    /// <summary>Runs in the process that <see cref="Application_LibraryAbsentOrChanged_GetsTheErrorAndNoKey"/> starts.</summary>
    [Fact(Explicit = true)]
    public void Use_WithoutTheLibrary_ThrowsAtEveryEntrance()
    {
        Action[] entrances =
        [
            () => Sr25519KeyPair.FromUri("//Alice").Dispose(),
            () => Sr25519KeyPair.FromSeed(new byte[32]).Dispose(),
            () => Sr25519KeyPair.Generate().Dispose(),
            () => Sr25519.Verify(new byte[32], [], [.. new byte[63], 0x80]),
            () => Ss58.Encode(new byte[32]),
            () => Blake2b.Hash256([]),
            () => EncryptedKeyFile.Decrypt([.. "$NACL"u8, .. new byte[50]], "password"),
        ];
        Assert.All(
            entrances,
            entrance =>
                Assert.Contains(
                    $"libsodium 1.0.22 for {RuntimeInformation.RuntimeIdentifier}",
                    Assert.Throws<DllNotFoundException>(entrance).Message,
                    StringComparison.Ordinal
                )
        );
    }

    private static string FileName => Path.GetFileName(Original);

    private static string Original => Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, s_native), "libsodium.*").Single();

    private string Copy(string fault)
    {
        var content = File.ReadAllBytes(Original);
        switch (fault)
        {
            case "cut off":
                content = content[..(content.Length / 2)];
                break;
            case "one bit changed":
                content[content.Length / 2] ^= 1;
                break;
            case "another library":
                content = File.ReadAllBytes(
                    Directory.EnumerateFiles(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.*").First()
                );
                break;
            case "another platform":
                var other = OperatingSystem.IsWindows()
                    ? Path.Combine("linux-x64", "native", "libsodium.so")
                    : Path.Combine("win-x64", "native", "libsodium.dll");
                content = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "runtimes", other));
                break;
            case "no library":
                content = "not a library"u8.ToArray();
                break;
            default:
                content = [];
                break;
        }

        var copy = Path.Combine(_folder, FileName);
        File.WriteAllBytes(copy, content);
        return copy;
    }
}

using System.Diagnostics;

namespace ComputeHorde.Packages.Tests;

/// <summary>
/// All packages, packed once into a folder, and for each a console project that has nothing but what its README installs, built together.
/// Nothing is downloaded: what the packages depend on was restored with the solution.
/// </summary>
public sealed class PackedAndInstalled : IAsyncLifetime
{
    private const string Version = "0.0.1-test";

    // A package brings its framework along, but only a project that names it itself is spared the packages that are part of it.
    private const string AspNetCore = """<FrameworkReference Include="Microsoft.AspNetCore.App" />""";

    private static readonly string s_configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private readonly string _folder = Directory.CreateTempSubdirectory("packages").FullName;

    internal string Packages => Path.Combine(_folder, "packages");

    internal static string FileOf(Package package) => $"{package.Name}.{Version}";

    public async ValueTask InitializeAsync()
    {
        await PackAsync();
        foreach (var package in Package.All)
        {
            Write(
                $"{package.Name}/{package.Name}.Example.csproj",
                $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <Nullable>enable</Nullable>
                    <UseAppHost>false</UseAppHost>
                    <OutputPath>{_folder}/out/{package.Name}/</OutputPath>
                    <AppendTargetFrameworkToOutputPath>false</AppendTargetFrameworkToOutputPath>
                  </PropertyGroup>
                  <ItemGroup>
                    {string.Concat(package.ToInstall.Select(Reference))}
                    {(package.NeedsAspNetCore ? AspNetCore : "")}
                  </ItemGroup>
                </Project>
                """
            );
            Write($"{package.Name}/Program.cs", package.Example);
        }

        Write(
            "all.csproj",
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <EnableDefaultItems>false</EnableDefaultItems>
              </PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="*/*.Example.csproj" ReferenceOutputAssembly="false" />
              </ItemGroup>
            </Project>
            """
        );
        var restored =
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Write(
            "nuget.config",
            $"""
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="{_folder}/installed" />
              </config>
              <packageSources>
                <clear />
                <add key="packed" value="{Packages}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="restored" value="{restored}" />
              </fallbackPackageFolders>
            </configuration>
            """
        );
        await DotnetAsync(_folder, ["build", "all.csproj", "-nologo", "-v:q", "-clp:NoSummary"]);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs the example of a package and gives what it printed.</summary>
    internal Task<string> RunAsync(Package package, params (string Name, string Value)[] variables) =>
        DotnetAsync(_folder, [Path.Combine(_folder, "out", package.Name, $"{package.Name}.Example.dll")], variables);

    private static string Reference(string name)
    {
        var version = Package.All.Any(package => package.Name == name) ? Version : Package.VersionOf(name);
        return $"""<PackageReference Include="{name}" Version="{version}" />""";
    }

    private async Task PackAsync()
    {
        Write(
            "pack.proj",
            $"""
            <Project DefaultTargets="Pack">
              <ItemGroup>
                <Packed Include="{string.Join(';', Package.All.Select(package => package.Project))}" />
              </ItemGroup>
              <Target Name="Pack">
                <MSBuild Projects="@(Packed)" Targets="Pack"
                  Properties="NoBuild=true;Configuration={s_configuration};PackageVersion={Version};PackageOutputPath={Packages}" />
              </Target>
            </Project>
            """
        );
        await DotnetAsync(
            Path.GetDirectoryName(Package.All[0].Project)!,
            ["msbuild", Path.Combine(_folder, "pack.proj"), "-nologo", "-v:q"]
        );
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private static async Task<string> DotnetAsync(string folder, string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{await error}");
        return output;
    }
}

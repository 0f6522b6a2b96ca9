using System.IO.Compression;
using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.Azure.Tests.Worker;

/// <summary>The built Functions app.</summary>
internal static class WorkerApp
{
    /// <summary>Where the build puts the app, in the configuration of these tests.</summary>
    public static string Folder { get; } = Repository.Path("src", "ComputeHorde.Durable.Functions", "bin", Configuration(), "net10.0");

    /// <summary>What the host would start, by worker.config.json.</summary>
    public static string EntryPoint(string folder) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "worker.config.json")))!["description"]![
            "defaultWorkerPath"
        ]!.GetValue<string>();

    /// <summary>Publishes what was built, zips it as a deployment does, and unzips it.</summary>
    public static async Task<Package> PublishAsync()
    {
        var root = Directory.CreateTempSubdirectory("package");
        var (published, zip, folder) = (
            Path.Combine(root.FullName, "published"),
            Path.Combine(root.FullName, "functions.zip"),
            Path.Combine(root.FullName, "app")
        );
        var publish = await Repository.RunAsync(
            Repository.Root,
            "dotnet",
            "publish",
            "src/ComputeHorde.Durable.Functions",
            "--no-build",
            "-c",
            Configuration(),
            "-o",
            published,
            "--nologo"
        );
        Assert.True(publish is { ExitCode: 0 }, publish?.Output + publish?.Error);
        await ZipFile.CreateFromDirectoryAsync(published, zip);
        await ZipFile.ExtractToDirectoryAsync(zip, folder);
        return new Package(root, folder);
    }

    /// <summary>bin/Debug/net10.0 or bin/Release/net10.0.</summary>
    private static string Configuration() => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
}

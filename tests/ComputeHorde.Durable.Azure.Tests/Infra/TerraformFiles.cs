using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>Reads a folder of Terraform files with the parser of tools/infra-check, which is installed when it is missing.</summary>
internal static class TerraformFiles
{
    private static readonly SemaphoreSlim InstallGate = new(1, 1);

    /// <summary>The modules below a folder, the root module first.</summary>
    public static async Task<IReadOnlyList<TerraformModule>> LoadAsync(string folder)
    {
        var tool = Repository.Path("tools", "infra-check");
        await InstallAsync(tool);
        var parsed = await Repository.RunAsync(tool, "node", "parse.mjs", folder);
        Assert.True(parsed is { ExitCode: 0 }, $"node parse.mjs failed: {parsed?.Error}");
        return [.. JsonNode.Parse(parsed!.Output)!.AsObject()
            .GroupBy(static file => Path.GetDirectoryName(file.Key)!.Replace('\\', '/'))
            .OrderBy(static module => module.Key, StringComparer.Ordinal)
            .Select(static module => new TerraformModule(module.Key, module.ToDictionary(static file => file.Key, static file => file.Value!.AsObject(), StringComparer.Ordinal)))];
    }

    private static async Task InstallAsync(string tool)
    {
        await InstallGate.WaitAsync();
        try
        {
            if (!Directory.Exists(Path.Combine(tool, "node_modules", "@cdktf", "hcl2json")))
            {
                var npm = await Repository.RunAsync(tool, OperatingSystem.IsWindows() ? "npm.cmd" : "npm", "ci", "--no-audit", "--no-fund");
                Assert.True(npm is { ExitCode: 0 }, $"npm ci in tools/infra-check failed: {npm?.Error}");
            }
        }
        finally
        {
            InstallGate.Release();
        }
    }
}

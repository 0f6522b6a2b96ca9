using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComputeHorde.CryptoInterop;

/// <summary>A Node process that answers questions about sr25519 with two npm libraries (serve.mjs). It ends with this process.</summary>
internal sealed class InteropProcess : IDisposable
{
    internal const string Wasm = "@polkadot/wasm-crypto";
    internal const string Scure = "@scure/sr25519";

    private static readonly TimeSpan s_installLimit = TimeSpan.FromMinutes(3);

    private readonly Process _node;

    private InteropProcess(Process node) => _node = node;

    /// <summary>Starts the process, after installing its packages when they are missing.</summary>
    internal static InteropProcess Start()
    {
        var folder = FindFolder();
        Install(folder);
        return new(Launch("node", ["serve.mjs"], folder, redirect: true));
    }

    /// <summary>Asks one question and waits for its answer.</summary>
    internal JsonNode Ask(JsonObject question)
    {
        _node.StandardInput.WriteLine(question.ToJsonString());
        _node.StandardInput.Flush();
        var answer = _node.StandardOutput.ReadLine();
        return answer is null
            ? throw new InvalidOperationException($"The Node process ended: {_node.StandardError.ReadToEnd()}")
            : JsonNode.Parse(answer) ?? throw new JsonException("The answer is null.");
    }

    public void Dispose()
    {
        _node.StandardInput.Close();
        if (!_node.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _node.Kill(entireProcessTree: true);
        }

        _node.Dispose();
    }

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tools", "crypto-interop");
            if (File.Exists(Path.Combine(candidate, "serve.mjs")))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException($"No tools/crypto-interop above {AppContext.BaseDirectory}.");
    }

    /// <summary>Runs <c>npm ci</c> when the packages are missing; of several processes that come here at once, one does it.</summary>
    private static void Install(string folder)
    {
        using var mutex = new Mutex(initiallyOwned: false, "computehorde-crypto-interop");
        try
        {
            if (!mutex.WaitOne(s_installLimit))
            {
                throw new TimeoutException("Another process has been installing the packages for too long.");
            }
        }
        catch (AbandonedMutexException)
        {
            // Its owner ended in the middle: the mutex is ours now, and npm ci starts afresh.
        }

        try
        {
            if (!File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")))
            {
                RunNpm(folder);
            }
        }
        finally
        {
            mutex.ReleaseMutex();
        }
    }

    private static void RunNpm(string folder)
    {
        using var npm = Launch("npm", ["ci", "--no-audit", "--no-fund", "--silent"], folder, redirect: false);
        if (!npm.WaitForExit(s_installLimit))
        {
            npm.Kill(entireProcessTree: true);
            throw new TimeoutException($"npm ci in {folder} took over {s_installLimit}.");
        }

        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException($"npm ci in {folder} failed with exit code {npm.ExitCode}.");
        }
    }

    private static Process Launch(string program, string[] arguments, string folder, bool redirect) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = redirect,
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
        }) ?? throw new InvalidOperationException($"{program} did not start.");
}

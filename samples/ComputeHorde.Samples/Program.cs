using ComputeHorde.Samples;
using ComputeHorde.Sdk;

// dotnet run --project samples/ComputeHorde.Samples -- quickstart
// Settings come from the environment; the wallet defaults to Bittensor's own folder.
var samples = new Dictionary<string, Func<ComputeHordeClient, TextWriter, Task>>(StringComparer.Ordinal)
{
    ["quickstart"] = Quickstart.RunAsync,
    ["volumes"] = Volumes.RunAsync,
    ["run-until-complete"] = RunUntilComplete.RunAsync,
    ["list-jobs"] = ListJobs.RunAsync,
    ["cross-validation"] = CrossValidation.RunAsync,
    ["streaming"] = Streaming.RunAsync,
    ["first-generation"] = FirstGeneration.RunAsync,
};

if (args is ["host"])
{
    return await Hosting.RunAsync();
}

if (args.Length != 1 || !samples.TryGetValue(args[0], out var sample))
{
    await Console.Error.WriteLineAsync($"Name one sample: {string.Join(", ", samples.Keys)}, host");
    return 2;
}

try
{
    using var signer = Wallet.Load(
        Setting("WALLET_NAME", "default"),
        Setting("WALLET_HOTKEY", "default"),
        Setting("WALLET_PATH", Wallet.DefaultPath),
        KeyFilePassword.Prompt
    );
    using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    using var client = new ComputeHordeClient(
        http,
        signer,
        new ComputeHordeOptions
        {
            FacilitatorUrl = new Uri(Setting("FACILITATOR_URL", "https://facilitator.computehorde.io/")),
            ValidatorHotkey = Environment.GetEnvironmentVariable("COMPUTEHORDE_VALIDATOR_HOTKEY"),
        }
    );
    await sample(client, Console.Out);
    return 0;
}
catch (ComputeHordeException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}

static string Setting(string name, string missing) =>
    Environment.GetEnvironmentVariable("COMPUTEHORDE_" + name) is { Length: > 0 } value ? value : missing;

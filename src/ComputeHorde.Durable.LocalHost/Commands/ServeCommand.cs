using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.LocalHost.Commands;

/// <summary><c>serve</c>: the functions, until they are stopped.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var port = new Option<int?>("--port")
        {
            Description =
                "TCP port of the functions on 127.0.0.1; 0 takes a free one. Default: Host.LocalHttpPort of local.settings.json, or 7071.",
        };
        var data = new Option<string>("--data")
        {
            Description = "Folder of the task hub and of the storage.",
            DefaultValueFactory = static _ => ".computehorde",
        };
        var facilitator = new Option<string?>("--facilitator-url")
        {
            Description =
                "The facilitator, for example https://facilitator.computehorde.io/. Default: ComputeHorde__FacilitatorUrl of the environment or of local.settings.json; without one, an emulator is started.",
        };
        var validator = new Option<string?>("--validator-hotkey") { Description = "SS58 address of the validator that jobs go to." };
        var walletPath = new Option<string?>("--wallet-path")
        {
            Description = "Folder of Bittensor wallets (default ~/.bittensor/wallets/).",
        };
        var walletName = new Option<string?>("--wallet-name") { Description = "Name of the wallet (default: default)." };
        var hotkey = new Option<string?>("--wallet-hotkey") { Description = "Name of the hotkey in the wallet (default: default)." };
        var storage = new Option<string?>("--storage")
        {
            Description =
                "Connection string of a storage account, or 'azurite' to start Azurite (needs Node 20). Default: AzureWebJobsStorage of the environment or of local.settings.json; without one, a storage in this process, in the data folder.",
        };
        var poll = new Option<double?>("--poll-interval")
        {
            Description = "Seconds between two looks at a job whose status changed a moment ago (default 5; 0.5 with the emulator).",
        };
        var speed = new Option<double>("--speed")
        {
            Description = "How much faster than real time the emulator's jobs live.",
            DefaultValueFactory = static _ => 1,
        };
        var needsKey = new Option<bool>("--require-key")
        {
            Description =
                "Ask callers for the key in functions.key of the data folder, as Azure does (header x-functions-key): for machines that others use too.",
        };
        var verbose = new Option<bool>("--verbose") { Description = "Log every step." };
        var follow = Ended.FollowStandardInput();
        var command = new Command(
            "serve",
            "Runs the functions with their HTTP API, queues, blob triggers and timers until Ctrl+C. What is unfinished goes on at the next start."
        )
        {
            port,
            data,
            facilitator,
            validator,
            walletPath,
            walletName,
            hotkey,
            storage,
            poll,
            speed,
            needsKey,
            verbose,
            follow,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                Guard.RunAsync(
                    async () =>
                    {
                        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
                        void Set(string name, string? value)
                        {
                            if (value is not null)
                            {
                                settings["ComputeHorde:" + name] = value;
                            }
                        }

                        Set("ValidatorHotkey", parsed.GetValue(validator));
                        Set("WalletPath", parsed.GetValue(walletPath));
                        Set("WalletName", parsed.GetValue(walletName));
                        Set("WalletHotkey", parsed.GetValue(hotkey));
                        var configured = LocalSettings.Load();
                        var url = LocalSettings.ParseUrl("--facilitator-url", parsed.GetValue(facilitator)) ?? configured.FacilitatorUrl;
                        if (parsed.GetValue(poll) is { } seconds)
                        {
                            LocalSettings.SetPolling(settings, seconds);
                        }

                        configured.AddDefaults(settings, url is null ? 0.5 : 5);
                        Warn(OpenFileLimit.Warning());
                        Warn(parsed.GetValue(storage) is null ? configured.StorageWarning : null);
                        Option<string?>[] ofTheRealHorde = [validator, walletPath, walletName, hotkey];
                        foreach (
                            var name in url is null
                                ? ofTheRealHorde
                                    .Where(option => parsed.GetValue(option) is not null)
                                    .Select(static option => option.Name)
                                    .Concat(configured.IgnoredByTheEmulator)
                                : []
                        )
                        {
                            Warn(
                                $"{name} is ignored: without ComputeHorde__FacilitatorUrl an emulator is started, which has a validator and a hotkey of its own."
                            );
                        }

                        await using var stack = await LocalStack.StartAsync(
                            new LocalStackOptions
                            {
                                DataDirectory = Path.GetFullPath(parsed.GetValue(data)!),
                                Port = parsed.GetValue(port),
                                Storage = parsed.GetValue(storage) ?? configured.StorageConnectionString,
                                FunctionKey = parsed.GetValue(needsKey) ? FunctionKey.Open(Path.GetFullPath(parsed.GetValue(data)!)) : null,
                                FacilitatorUrl = url,
                                Settings = settings,
                                ConfigureEmulator = emulator => emulator.Speed = parsed.GetValue(speed),
                                ConfigureLogging = logging =>
                                    LogSetup.Plain(logging, parsed.GetValue(verbose) ? LogLevel.Debug : LogLevel.Information),
                            },
                            Console.WriteLine,
                            cancellationToken
                        );
                        Show(stack, url, parsed.GetValue(data)!);
                        await Ended.WaitAsync(parsed.GetValue(follow), cancellationToken);
                        Console.WriteLine("Stopping: finishing what is in hand; the rest goes on at the next start.");
                        return 0;
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static void Warn(string? message)
    {
        if (message is not null)
        {
            Console.Error.WriteLine("warning: " + message);
        }
    }

    private static void Show(LocalStack stack, Uri? facilitator, string data)
    {
        Console.WriteLine($"Functions     {stack.Functions.ApiAddress}jobs");
        Console.WriteLine($"Runs page     {stack.Functions.ApiAddress}page  (open it in a browser)");
        Console.WriteLine(
            $"Facilitator   {facilitator ?? stack.Emulator!.BaseAddress}{(facilitator is null ? "  (emulator; open it in a browser)" : "")}"
        );
        if (stack.Storage is { } storage)
        {
            Console.WriteLine($"Storage       {storage.BlobEndpoint}  (in this process)");
            Console.WriteLine($"              connection string: {Path.Combine(data, "storage", "connection-string")}");
        }
        else if (stack.Azurite is { } azurite)
        {
            // No secret: Azurite's one account and its key are fixed and stand in its documentation.
            Console.WriteLine($"Storage       {azurite.BlobEndpoint}  (Azurite)");
            Console.WriteLine(
                $"              {(azurite.BlobEndpoint.Port == 10000 ? "UseDevelopmentStorage=true" : azurite.ConnectionString)}"
            );
        }
        else
        {
            Console.WriteLine("Storage       as configured");
        }

        Console.WriteLine("Ready. Ctrl+C stops it.");
    }
}

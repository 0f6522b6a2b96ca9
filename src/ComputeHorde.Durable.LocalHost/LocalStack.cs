using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Emulator;
using ComputeHorde.FallbackEmulator;
using ComputeHorde.Functions.Local;
using ComputeHorde.Storage.Local;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.LocalHost;

internal sealed record LocalStackOptions
{
    /// <summary>The value of <see cref="Storage"/> that starts Azurite.</summary>
    public const string Azurite = "azurite";

    /// <summary>Where the task hub and the storage keep their files.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The port of the functions; 0 takes a free one, null the configured one.</summary>
    public int? Port { get; init; }

    /// <summary>The key that callers have to send; null when none is needed.</summary>
    public string? FunctionKey { get; init; }

    /// <summary>A storage account to use: <see cref="Azurite"/>, or a connection string; null for a storage in this process.</summary>
    public string? Storage { get; init; }

    /// <summary>A facilitator to use; null starts the emulator.</summary>
    public Uri? FacilitatorUrl { get; init; }

    /// <summary>Sets the emulator up, when it is started.</summary>
    public Action<FacilitatorEmulatorOptions> ConfigureEmulator { get; init; } = static _ => { };

    /// <summary>Whether an emulated RunPod is started beside it, as the fallback provider.</summary>
    public bool WithCloud { get; init; }

    /// <summary>Settings that win over the environment and local.settings.json.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    public required Action<ILoggingBuilder> ConfigureLogging { get; init; }
}

/// <summary>Storage, the facilitator emulator and the functions, each unless the user brings one. They end in the reverse order.</summary>
internal sealed class LocalStack : IAsyncDisposable
{
    private const string CreateFence = "ComputeHorde:CreateFenceSeconds";

    private readonly ILoggerFactory _emulatorLogs;

    private LocalStack(ILoggerFactory emulatorLogs) => _emulatorLogs = emulatorLogs;

    /// <summary>The storage in this process, unless there is another.</summary>
    public LocalStorage? Storage { get; private set; }

    public AzuriteServer? Azurite { get; private set; }

    public FacilitatorEmulator? Emulator { get; private set; }

    /// <summary>The emulated RunPod.</summary>
    public CloudEmulator? Cloud { get; private set; }

    public LocalFunctionsHost Functions { get; private set; } = null!;

    public string StorageConnectionString { get; private set; } = "";

    public static async Task<LocalStack> StartAsync(LocalStackOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        PrivateFolder.Create(options.DataDirectory);
        var logs = LoggerFactory.Create(options.ConfigureLogging);
        var stack = new LocalStack(logs);
        try
        {
            await stack.StartPartsAsync(options, progress, cancellationToken);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Functions is not null)
        {
            await Functions.DisposeAsync();
        }

        if (Emulator is not null)
        {
            await Emulator.DisposeAsync();
        }

        if (Cloud is not null)
        {
            await Cloud.DisposeAsync();
        }

        if (Azurite is not null)
        {
            await Azurite.DisposeAsync();
        }

        if (Storage is not null)
        {
            await Storage.DisposeAsync();
        }

        _emulatorLogs.Dispose();
    }

    private async Task StartPartsAsync(LocalStackOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        if (options.Storage is null)
        {
            Storage = await LocalStorage.StartAsync(
                new LocalStorageOptions { DataFolder = Path.Combine(options.DataDirectory, "storage") },
                cancellationToken
            );
        }
        else if (options.Storage == LocalStackOptions.Azurite)
        {
            Azurite = await AzuriteServer.StartAsync(
                new AzuriteOptions
                {
                    DataDirectory = Path.Combine(options.DataDirectory, "azurite"),
                    Progress = progress,
                    PrefersDevelopmentPorts = true,
                },
                cancellationToken
            );
        }

        StorageConnectionString = Storage?.ConnectionString ?? Azurite?.ConnectionString ?? options.Storage!;
        var settings = new Dictionary<string, string?>(options.Settings, StringComparer.OrdinalIgnoreCase)
        {
            // There is no Event Grid here: specifications are found by polling.
            ["AzureWebJobs.JobSpecEvent.Disabled"] = "true",
        };
        var configured = LocalSettings.Load();
        if (!StorageAccounts.IsApart(configured.Configuration))
        {
            settings.TryAdd(StorageAccounts.Data, StorageConnectionString);
        }

        if (options.FacilitatorUrl is null)
        {
            Emulator = await FacilitatorEmulator.StartAsync(
                emulator =>
                {
                    emulator.LoggerFactory = _emulatorLogs;
                    options.ConfigureEmulator(emulator);
                },
                cancellationToken
            );
            settings["ComputeHorde:ValidatorHotkey"] = Emulator.ValidatorHotkey;

            // The development key, for the emulator only: nothing of worth can be signed with it.
            settings["ComputeHorde:HotkeySecret"] = "//Alice";

            // The emulator is as near as can be: a create request of a process that died is not under way for longer.
            if (!configured.Has(CreateFence))
            {
                settings.TryAdd(CreateFence, "2");
            }
        }

        if (options.WithCloud)
        {
            Cloud = await CloudEmulator.StartAsync(cancellationToken: cancellationToken);
            settings["ComputeHorde:FallbackProvider"] = "runpod";
            settings["ComputeHorde:RunPodUrl"] = Cloud.RunPod.AbsoluteUri;
            settings["ComputeHorde:RunPodApiKey"] = Cloud.Options.RunPodKey;
        }

        settings["ComputeHorde:FacilitatorUrl"] = (options.FacilitatorUrl ?? Emulator!.BaseAddress).AbsoluteUri;
        Functions = await LocalFunctionsHost.StartAsync(
            new LocalFunctionsHostOptions
            {
                FunctionAssemblies = [typeof(DurableServices).Assembly],
                ContentRoot = ContentRoot.Find(),
                DataDirectory = options.DataDirectory,
                StorageConnectionString = StorageConnectionString,
                Storage = Storage,
                Port = options.Port,
                FunctionKey = options.FunctionKey,
                Settings = settings,
                ConfigureLogging = options.ConfigureLogging,
                Configure = builder =>
                {
                    builder.Services.AddComputeHordeDurable(builder.Configuration);
                    UseStorage(builder);
                    Telemetry.AddTo(builder.Services);
                },
            },
            cancellationToken
        );
    }

    /// <summary>The functions reach a storage in this process without a socket; data of their own may lie in another account.</summary>
    private void UseStorage(LocalFunctionsApplicationBuilder builder)
    {
        if (Storage is { } storage && builder.Configuration[StorageAccounts.Data] == storage.ConnectionString)
        {
            builder.Services.Configure<BlobClientOptions>(blobs => blobs.Transport = storage.Transport);
            builder.Services.Configure<QueueClientOptions>(queues => queues.Transport = storage.Transport);
        }
    }
}

using ComputeHorde.Durable.Hosting;
using ComputeHorde.Functions.Local;
using ComputeHorde.Emulator;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.LocalHost;

/// <summary>What a stack is made of.</summary>
internal sealed record LocalStackOptions
{
    /// <summary>Where the task hub and Azurite keep their files.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The port of the functions; 0 takes a free one, null the configured one.</summary>
    public int? Port { get; init; }

    /// <summary>The key that callers have to send; null when none is needed.</summary>
    public string? FunctionKey { get; init; }

    /// <summary>A storage account to use; null starts Azurite.</summary>
    public string? StorageConnectionString { get; init; }

    /// <summary>Whether Azurite listens where tools look for it (<c>UseDevelopmentStorage=true</c>), if nobody else does.</summary>
    public bool OnWellKnownPorts { get; init; }

    /// <summary>A facilitator to use; null starts the emulator.</summary>
    public Uri? FacilitatorUrl { get; init; }

    /// <summary>Sets the emulator up, when it is started.</summary>
    public Action<FacilitatorEmulatorOptions> ConfigureEmulator { get; init; } = static _ => { };

    /// <summary>Settings that win over the environment and local.settings.json.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Sets up logging.</summary>
    public required Action<ILoggingBuilder> ConfigureLogging { get; init; }
}

/// <summary>Azurite, the facilitator emulator and the functions, each unless the user brings one. They end in the reverse order.</summary>
internal sealed class LocalStack : IAsyncDisposable
{
    private readonly ILoggerFactory _emulatorLogs;

    private LocalStack(ILoggerFactory emulatorLogs) => _emulatorLogs = emulatorLogs;

    public AzuriteServer? Azurite { get; private set; }

    public FacilitatorEmulator? Emulator { get; private set; }

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

        if (Azurite is not null)
        {
            await Azurite.DisposeAsync();
        }

        _emulatorLogs.Dispose();
    }

    private async Task StartPartsAsync(LocalStackOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        if (options.StorageConnectionString is null)
        {
            Azurite = await AzuriteServer.StartAsync(
                new AzuriteOptions
                {
                    DataDirectory = Path.Combine(options.DataDirectory, "azurite"),
                    Progress = progress,
                    PrefersDevelopmentPorts = options.OnWellKnownPorts,
                },
                cancellationToken);
        }

        StorageConnectionString = options.StorageConnectionString ?? Azurite!.ConnectionString;
        var settings = new Dictionary<string, string?>(options.Settings, StringComparer.OrdinalIgnoreCase)
        {
            // There is no Event Grid here: specifications are found by polling.
            ["AzureWebJobs.JobSpecEvent.Disabled"] = "true",
        };
        if (options.FacilitatorUrl is null)
        {
            Emulator = await FacilitatorEmulator.StartAsync(
                emulator =>
                {
                    emulator.LoggerFactory = _emulatorLogs;
                    options.ConfigureEmulator(emulator);
                },
                cancellationToken);
            settings["ComputeHorde:ValidatorHotkey"] = Emulator.ValidatorHotkey;

            // The development key, for the emulator only: nothing of worth can be signed with it.
            settings["ComputeHorde:HotkeySecret"] = "//Alice";

            // The emulator is as near as can be: a create request of a process that died is not under way for longer.
            settings["ComputeHorde:CreateFenceSeconds"] = "2";
        }

        settings["ComputeHorde:FacilitatorUrl"] = (options.FacilitatorUrl ?? Emulator!.BaseAddress).AbsoluteUri;
        Functions = await LocalFunctionsHost.StartAsync(
            new LocalFunctionsHostOptions
            {
                FunctionAssemblies = [typeof(DurableServices).Assembly],
                ContentRoot = ContentRoot.Find(),
                DataDirectory = options.DataDirectory,
                StorageConnectionString = StorageConnectionString,
                Port = options.Port,
                FunctionKey = options.FunctionKey,
                Settings = settings,
                ConfigureLogging = options.ConfigureLogging,
                Configure = static builder =>
                {
                    builder.Services.AddComputeHordeDurable(builder.Configuration);
                    Telemetry.AddTo(builder.Services);
                },
            },
            cancellationToken);
    }
}

using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.FallbackEmulator;

/// <summary>
/// Two clouds on one machine, for tests and the demo: RunPod (REST v2) and Azure Container Apps jobs, with an image registry and Hugging
/// Face. Machines really run their start command, as child processes, and cost until they are deleted. An emulator proves our reading of
/// the documents, not the vendors.
/// </summary>
public sealed class CloudEmulator : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly ConcurrentDictionary<string, EmulatedMachine> _machines = new(StringComparer.Ordinal);
    private int _number;

    private CloudEmulator(WebApplication web, CloudEmulatorOptions options) => (_web, Options) = (web, options);

    /// <summary>How it is set up.</summary>
    public CloudEmulatorOptions Options { get; }

    /// <summary>What goes wrong.</summary>
    public CloudFaults Faults { get; } = new();

    /// <summary>Where it listens: <c>http://127.0.0.1:port/</c>; also the base address of Azure Resource Manager.</summary>
    public Uri BaseAddress { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The base address of RunPod's REST v2.</summary>
    public Uri RunPod => new(BaseAddress, "runpod/v2/");

    /// <summary>The base address of Hugging Face.</summary>
    public Uri HuggingFace => new(BaseAddress, "hf/");

    /// <summary>Where a managed identity gets its token.</summary>
    public Uri Identity => new(BaseAddress, "identity/token");

    /// <summary>The host of the registry, as it stands in image references.</summary>
    public string Registry => BaseAddress.Authority;

    /// <summary>All machines that ever were, oldest first.</summary>
    public IReadOnlyList<EmulatedMachine> Machines => [.. _machines.Values.OrderBy(static machine => machine.CreatedAt)];

    /// <summary>The machines that still cost.</summary>
    public IReadOnlyList<EmulatedMachine> Costing => [.. Machines.Where(static machine => machine.IsThere)];

    /// <summary>What all machines have cost so far, in US dollars.</summary>
    public decimal CostUsd => Machines.Sum(static machine => machine.CostUsd);

    /// <summary>Every request so far: method and path, without queries.</summary>
    public IReadOnlyList<string> Requests => [.. RequestLog];

    internal ConcurrentQueue<string> RequestLog { get; } = new();

    /// <summary>Starts it.</summary>
    /// <param name="configure">Changes the options, or null for the defaults.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <returns>The running emulator; dispose it to stop it and all machines.</returns>
    public static async Task<CloudEmulator> StartAsync(
        Action<CloudEmulatorOptions>? configure = null,
        CancellationToken cancellationToken = default
    )
    {
        var options = new CloudEmulatorOptions();
        configure?.Invoke(options);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        var emulator = new CloudEmulator(web, options);
        web.Use(emulator.HandleAsync);
        RunPodApi.Map(web, emulator);
        AzureApi.Map(web, emulator);
        RegistryApi.Map(web, emulator);
        await web.StartAsync(cancellationToken);
        emulator.BaseAddress = new Uri(
            web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/"
        );
        return emulator;
    }

    /// <summary>Lets a machine vanish, with all that runs on it.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>A task that completes when it is gone.</returns>
    public Task VanishAsync(string id) => _machines[id].DeleteAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        foreach (var machine in _machines.Values)
        {
            await machine.DeleteAsync();
            machine.Dispose();
        }
    }

    internal EmulatedMachine Add(
        string prefix,
        string name,
        decimal price,
        IReadOnlyList<string> command,
        Func<string, IReadOnlyDictionary<string, string>> environment
    )
    {
        var id = prefix + Interlocked.Increment(ref _number);
        return _machines[id] = new EmulatedMachine(Options, id, name, price, command, environment(id));
    }

    internal EmulatedMachine? Find(string id) => _machines.GetValueOrDefault(id);

    /// <summary>The image of a reference: host, tag and digest are looked past.</summary>
    internal EmulatedImage? ImageOf(string reference)
    {
        var name = reference.Split('@')[0];
        name = name.Contains('.') || name.Contains(':') ? name[(name.IndexOf('/') + 1)..] : name;
        return Options.Images.TryGetValue(name.Split(':')[0], out var image) ? image : null;
    }

    private async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        using var busy = Options.Busy?.Invoke();
        RequestLog.Enqueue($"{context.Request.Method} {context.Request.Path}");
        if (Faults.Away)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
        else if (Faults.TakeTooMany())
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = "1";
            context.Response.Headers["RateLimit"] = "\"minute\";r=0;t=1";
        }
        else
        {
            await next(context);
        }
    }
}

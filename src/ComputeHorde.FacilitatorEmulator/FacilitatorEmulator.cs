using System.Net;
using ComputeHorde.Emulator.Control;
using ComputeHorde.Emulator.Executor;
using ComputeHorde.Emulator.Facilitator;
using ComputeHorde.Emulator.Horde;
using ComputeHorde.Emulator.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Emulator;

/// <summary>
/// A whole ComputeHorde on one machine: the facilitator's HTTP API, a validator, miners and executors. Serves the protocol
/// as measured, unkind answers included, without wallet, stake or GPU.
/// </summary>
/// <example><code>await using var horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 60);</code></example>
public sealed class FacilitatorEmulator : IAsyncDisposable
{
    private const long MaxBodyBytes = 100L * 1024 * 1024;
    private readonly WebApplication? _web;
    private readonly EmulatorParts _parts;
    private readonly ControlPlane _control;

    private FacilitatorEmulator(WebApplication? web, EmulatorParts parts)
    {
        _web = web;
        _parts = parts;
        _control = new ControlPlane(this, parts.Horde, parts.Behaviours, parts.Cheats, parts.Tokens);
    }

    /// <summary>Where it listens: <c>http://127.0.0.1:port/</c>; without the port when it does not.</summary>
    public Uri BaseAddress { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The SS58 address to send jobs to.</summary>
    public string ValidatorHotkey => _parts.Horde.Options.ValidatorHotkey;

    /// <summary>What it was asked so far.</summary>
    public EmulatorCounters Counters => _parts.Counters.Snapshot(_parts.Horde.Store.All());

    /// <summary>All jobs, oldest first.</summary>
    public IReadOnlyList<EmulatedJob> Jobs => [.. _parts.Horde.Store.All().Select(JobViewModel.Describe)];

    /// <summary>The most jobs that were in flight at one moment: created, and not yet in their last status.</summary>
    public int MostInFlight
    {
        get
        {
            var (now, most) = (0, 0);
            var changes = Jobs.SelectMany(static job => new (DateTimeOffset At, int By)[] { (job.CreatedAt, 1), (job.History[^1].At, -1) });
            foreach (var (_, by) in changes.OrderBy(static change => change.At).ThenBy(static change => change.By))
            {
                now += by;
                most = Math.Max(most, now);
            }

            return most;
        }
    }

    /// <summary>All cheat reports, oldest first, with the validator's verdict.</summary>
    public IReadOnlyList<EmulatedCheatReport> CheatReports => _parts.Cheats.Reports;

    /// <summary>The faults in force. Assign to change them; counters in it run down.</summary>
    public FaultSettings Faults
    {
        get => _parts.Horde.Faults.Settings;
        set => _parts.Horde.Faults.Settings = value;
    }

    /// <summary>Makes nonces and tokens, for tests of odd ones.</summary>
    internal TokenIssuer Tokens => _parts.Tokens;

    /// <summary>Starts an emulator.</summary>
    /// <param name="configure">Changes the options, or null for the defaults.</param>
    /// <param name="ct">Gives the start up.</param>
    /// <returns>The running emulator; dispose it to stop it.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    /// <exception cref="InvalidDataException">The data file is of another version.</exception>
    public static async Task<FacilitatorEmulator> StartAsync(
        Action<FacilitatorEmulatorOptions>? configure = null,
        CancellationToken ct = default
    )
    {
        var options = new FacilitatorEmulatorOptions();
        configure?.Invoke(options);
        if (options.Mistake() is string mistake)
        {
            throw new ArgumentException(mistake, nameof(configure));
        }

        EmulatorParts parts = EmulatorParts.Make(options);
        WebApplication? web = null;
        try
        {
            web = options.Listen ? BuildWeb(options) : null;
            var emulator = new FacilitatorEmulator(web, parts);
            if (web is not null)
            {
                web.Run(emulator.HandleAsync);
                await web.StartAsync(ct);
                string address = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
                emulator.BaseAddress = new Uri(address + "/");
            }

            parts.ResumeJobs();
            Logs.Started(parts.Horde.Logger, emulator.BaseAddress, options.ValidatorHotkey, options.Speed);
            return emulator;
        }
        catch
        {
            if (web is not null)
            {
                await web.DisposeAsync();
            }

            await parts.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Makes a way to the API inside of this process, without a socket. The answers carry the date of
    /// <see cref="FacilitatorEmulatorOptions.TimeProvider"/>.
    /// </summary>
    /// <returns>A handler for an <see cref="HttpClient"/>.</returns>
    public HttpMessageHandler CreateHandler() => new InProcessHandler(HandleAsync, _parts.Horde.Options.TimeProvider);

    /// <summary>Sets the behaviour script of all jobs whose tag starts with <paramref name="tagPrefix"/>; null removes it.</summary>
    /// <param name="tagPrefix">The beginning of the tag; empty for every job.</param>
    /// <param name="script">A script as in <c>docs/emulator.md</c>, for example <c>rejected:busy,ok</c>.</param>
    /// <exception cref="FormatException">The script is not understood.</exception>
    public void SetBehaviourForTag(string tagPrefix, string? script) => _parts.Behaviours.SetForTag(tagPrefix, script);

    /// <summary>Sets the behaviour script of all jobs with an image; null removes it.</summary>
    /// <param name="imageName">The image's name without registry and tag, for example <c>echo</c>.</param>
    /// <param name="script">A script as in <c>docs/emulator.md</c>.</param>
    /// <exception cref="FormatException">The script is not understood.</exception>
    public void SetBehaviourForImage(string imageName, string? script) => _parts.Behaviours.SetForImage(imageName, script);

    /// <summary>Removes all behaviour rules.</summary>
    public void ClearBehaviours() => _parts.Behaviours.Clear();

    /// <summary>Makes every token given out so far expired.</summary>
    public void ExpireTokens() => _parts.Tokens.ExpireAll();

    /// <summary>Forgets jobs, and their cheat reports, as the daily eviction does.</summary>
    /// <param name="olderThan">The age from which jobs are forgotten; zero forgets all.</param>
    /// <returns>How many jobs were forgotten.</returns>
    public Task<int> EvictAsync(TimeSpan olderThan) => _parts.EvictAsync(olderThan);

    /// <summary>Stops listening and stops all jobs; with a data path, unfinished ones go on at the next start.</summary>
    /// <returns>When everything is stopped and on disk.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.StopAsync();
            await _web.DisposeAsync();
        }

        await _parts.DisposeAsync();
    }

    private Task HandleAsync(HttpContext http) =>
        ControlPlane.Owns(http.Request.Path) ? _control.HandleAsync(http) : _parts.App.HandleAsync(http);

    private static WebApplication BuildWeb(FacilitatorEmulatorOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Production }
        );
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.MaxRequestLineSize = 8192;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        return builder.Build();
    }
}

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeHorde.Emulator;

/// <summary>Everything that can be set when an emulator starts.</summary>
public sealed class FacilitatorEmulatorOptions
{
    /// <summary>The loopback TCP port to listen on; 0 takes a free one.</summary>
    /// <value>The default is 0.</value>
    public int Port { get; set; }

    /// <summary>Whether it listens on a port. Without one <see cref="FacilitatorEmulator.CreateHandler"/> is the way to it.</summary>
    /// <value>The default is true.</value>
    public bool Listen { get; set; } = true;

    /// <summary>Makes what takes the downloads and uploads of executors to their servers.</summary>
    /// <value>The default is null: the network.</value>
    public Func<HttpMessageHandler>? ExecutorHandler { get; set; }

    /// <summary>
    /// How much faster than real time jobs live: every duration of the life-cycle (stages, slow behaviours, waits between
    /// upload attempts) is divided by it. Tokens, nonces and time stamps stay on the real clock, which a client shares.
    /// </summary>
    /// <value>The default is 1.</value>
    public double Speed { get; set; } = 1;

    /// <summary>The clock behind every time stamp, life time and timer.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// Called when a job begins to work, its result disposed when the job waits for its next moment or has ended: a virtual clock behind
    /// <see cref="TimeProvider"/> can stand still meanwhile.
    /// </summary>
    /// <value>The default is null.</value>
    public Func<IDisposable>? Busy { get; set; }

    /// <summary>Seed of all chance: flaky miners, random behaviours, random faults.</summary>
    /// <value>The default is 1.</value>
    public int Seed { get; set; } = 1;

    /// <summary>Makes the ids of jobs.</summary>
    /// <value>The default is <see cref="Guid.NewGuid"/>.</value>
    public Func<Guid> NewUuid { get; set; } = Guid.NewGuid;

    /// <summary>Path of the SQLite file that keeps jobs and reports; null keeps them in memory.</summary>
    /// <value>The default is null.</value>
    public string? DataPath { get; set; }

    /// <summary>
    /// Turns the unexplained HTTP 500 pages of the real service into HTTP 400 with
    /// <c>{"error": what is wrong, "details": where}</c>. Nothing else changes.
    /// </summary>
    /// <value>The default is false: as unkind as the original.</value>
    public bool Kind { get; set; }

    /// <summary>The SS58 addresses that may log in; null admits any hotkey.</summary>
    /// <value>The default is null.</value>
    public ISet<string>? Whitelist { get; set; }

    /// <summary>The signatories the validator accepts (protocol 3.4); null admits any.</summary>
    /// <value>The default is null.</value>
    public ISet<string>? ValidatorWhitelist { get; set; }

    /// <summary>The SS58 address of the one connected validator.</summary>
    /// <value>The default is the address of the development key <c>//Bob</c>.</value>
    public string ValidatorHotkey { get; set; } = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

    /// <summary>The miners that jobs are routed to, in turn.</summary>
    /// <value>The default is four honest miners.</value>
    public IList<EmulatedMiner> Miners { get; set; } = EmulatedMiner.Population(honest: 4);

    /// <summary>Whether the validator has a trusted miner; without one, trusted jobs fail (protocol 7.4).</summary>
    /// <value>The default is true.</value>
    public bool TrustedMiner { get; set; } = true;

    /// <summary>How long each step of a job takes, before <see cref="Speed"/>.</summary>
    public StageDurations StageDurations { get; set; } = new();

    /// <summary>
    /// Characters of standard output, and of standard error, that a miner keeps; the middle of more is cut out (protocol 5.6).
    /// </summary>
    /// <value>The default is 1,000,000.</value>
    public int MaxOutputCharacters { get; set; } = 1_000_000;

    /// <summary>Behaviours at random: behaviour (see <c>docs/emulator.md</c>) to the share of jobs, 0 to 1, that get it.</summary>
    /// <value>The default is empty: only what scripts and miners ask for.</value>
    public IDictionary<string, double> BehaviourRates { get; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Faults of the facilitator itself, from the start; changed at run time through <c>/emulator/faults</c>.</summary>
    public FaultSettings Faults { get; set; } = new();

    /// <summary>
    /// Whether the validator checks cheat reports over the same text as the facilitator, so that they take effect. The real
    /// validator does not at the documented commit (protocol 7.3).
    /// </summary>
    /// <value>The default is false, as measured.</value>
    public bool EffectiveCheatReports { get; set; }

    /// <summary>How long a miner is left out after a report took effect.</summary>
    /// <value>The default is four hours (protocol 7.3).</value>
    public TimeSpan CheatBlacklist { get; set; } = TimeSpan.FromHours(4);

    /// <summary>Life time of a login nonce.</summary>
    /// <value>The default is 300 s (protocol 2.7).</value>
    public TimeSpan NonceLifetime { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>Life time of a token.</summary>
    /// <value>The default is 3600 s (protocol 2.7).</value>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromSeconds(3600);

    /// <summary>Age at which jobs and their cheat reports are forgotten.</summary>
    /// <value>The default is seven days (protocol 2.7).</value>
    public TimeSpan EvictionAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Where Hugging Face volumes are fetched from.</summary>
    /// <value>The default is <c>https://huggingface.co/</c>.</value>
    public Uri HuggingFaceBaseAddress { get; set; } = new("https://huggingface.co/");

    /// <summary>Where log lines go.</summary>
    /// <value>The default drops them.</value>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>The first option that is out of range, in a sentence, or null.</summary>
    internal string? Mistake()
    {
        if (Port is < 0 or > 65535)
        {
            return $"Port is {Port}; it must be from 0 (any free port) to 65535.";
        }

        if (!(Speed > 0 && double.IsFinite(Speed)))
        {
            return $"Speed is {Speed}; it must be a positive number.";
        }

        if (NonceLifetime <= TimeSpan.Zero || TokenLifetime <= TimeSpan.Zero)
        {
            return $"NonceLifetime is {NonceLifetime} and TokenLifetime is {TokenLifetime}; both must be positive.";
        }

        if (Miners.DistinctBy(m => m.Name, StringComparer.Ordinal).Count() != Miners.Count)
        {
            return "Two miners have the same name.";
        }

        foreach ((string behaviour, double rate) in BehaviourRates)
        {
            if (rate is not (>= 0 and <= 1))
            {
                return $"The rate of behaviour '{behaviour}' is {rate}; it must be from 0 to 1.";
            }

            if (!Horde.Behaviour.TryParse(behaviour, out string? error))
            {
                return error;
            }
        }

        return null;
    }
}

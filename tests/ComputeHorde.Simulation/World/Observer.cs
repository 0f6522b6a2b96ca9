using Azure.Storage.Blobs.Models;
using ComputeHorde.DurableTask.Sqlite.Storage;
using ComputeHorde.Simulation.Rules;
using ComputeHorde.Simulation.Workloads;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Simulation.World;

/// <summary>Sees what goes on while it goes on, and keeps what callers were told.</summary>
internal sealed class Observer(Life life)
{
    private readonly List<BrokenRule> _broken = [];

    public IReadOnlyList<BrokenRule> Broken => _broken;

    /// <summary>Runs and batches whose start was answered with 202.</summary>
    public HashSet<string> Accepted { get; } = [];

    /// <summary>When callers were told that their order to cancel was taken.</summary>
    public Dictionary<string, TimeSpan> CancelledAt { get; } = [];

    /// <summary>Every word that is known to one caller alone, and where it may stand.</summary>
    public List<string> Secrets { get; } = [life.HotkeySecret[2..]];

    /// <summary>The batches that were handed in, by their names.</summary>
    public Dictionary<string, BatchPlan> Batches { get; } = [];

    /// <summary>The jobs of specifications, by the names of their runs.</summary>
    public Dictionary<string, JobPlan> Specifications { get; } = [];

    /// <summary>The jobs of runs that repeat others, by their names.</summary>
    public Dictionary<string, JobPlan> Repeats { get; } = [];

    /// <summary>The schedules that were there, by their names.</summary>
    public Dictionary<string, SeenSchedule> Schedules { get; } = [];

    /// <summary>Histories of what was under way at some moment, by instance and moment.</summary>
    public Dictionary<string, string> Snapshots { get; } = [];

    public List<string> PoisonedMessages { get; } = [];

    /// <summary>
    /// Notes a broken rule. A storage that forgets what it has confirmed breaks promises by itself; what is paid and who is accused holds
    /// all the same.
    /// </summary>
    public void Break(string rule, string what)
    {
        if (life.Scenario.Forgets == TimeSpan.Zero || Checker.HoldOnForgetfulStorage.Contains(rule))
        {
            _broken.Add(new BrokenRule(life.Time.Elapsed, rule, what));
        }
    }

    public void Poisoned(string message) => PoisonedMessages.Add(message);

    /// <summary>A create request arrives at the facilitator: its attempt must be claimed by now.</summary>
    public async Task CreateArrivesAsync(string tag)
    {
        if (await FindClaimAsync(tag) is not { } claim || !claim.Metadata.ContainsKey("requested"))
        {
            Break("no attempt without a claim", tag);
        }
    }

    /// <summary>A report arrives at the facilitator: its evidence must stand in the ledger by now.</summary>
    public async Task ReportArrivesAsync(string jobUuid)
    {
        if (!await life.Blobs.GetBlobContainerClient("ledger").GetBlobClient($"{jobUuid}/evidence.json").ExistsAsync())
        {
            Break("evidence before the report", jobUuid);
        }
    }

    /// <summary>The claim of a tag. Copies on the trusted miner are claimed under the name of the copy.</summary>
    public async Task<BlobItem?> FindClaimAsync(string tag)
    {
        var (run, attempt) = (tag[..tag.LastIndexOf('#')], tag[(tag.LastIndexOf('#') + 1)..]);
        var prefix = attempt.StartsWith("trusted", StringComparison.Ordinal) ? $"{run}~trusted" : $"{run}/";
        var container = life.Blobs.GetBlobContainerClient("attempts");
        if (await container.ExistsAsync())
        {
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix, CancellationToken.None))
            {
                if (blob.Name.EndsWith("/" + attempt, StringComparison.Ordinal))
                {
                    return blob;
                }
            }
        }

        return null;
    }

    /// <summary>Whether no orchestration is under way.</summary>
    public static bool IsQuiet(IDurableStore store) =>
        store.Query(new InstanceFilter()).Instances.All(static instance => instance.State.IsOver);
}

using System.Text.Json.Nodes;
using Azure.Storage.Blobs.Models;
using ComputeHorde.DurableTask.Sqlite.Storage;
using ComputeHorde.Emulator;
using ComputeHorde.Simulation.Workloads;
using ComputeHorde.Simulation.World;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Simulation.Rules;

/// <summary>What is left of a life on all sides: the jobs of the facilitator, the blobs of the storage, the orchestrations.</summary>
internal sealed record Facts(Life Life)
{
    public required IReadOnlyList<EmulatedJob> Jobs { get; init; }

    public required IReadOnlyList<EmulatedCheatReport> Reports { get; init; }

    /// <summary>By container and name.</summary>
    public required IReadOnlyDictionary<string, StoredBlob> Blobs { get; init; }

    public required IReadOnlyDictionary<string, OrchestrationMetadata> Instances { get; init; }

    /// <summary>By instance.</summary>
    public required IReadOnlyDictionary<string, string> Histories { get; init; }

    public required int QueuedMessages { get; init; }

    /// <summary>What came to the servers of callers.</summary>
    public IReadOnlyList<ArrivedNotice> Received => Life.Receiver.Notices;

    /// <summary>Every job that somebody asked for, by the name of its run.</summary>
    public IReadOnlyDictionary<string, JobPlan> Plans { get; init; } = new Dictionary<string, JobPlan>();

    public IEnumerable<OrchestrationMetadata> Runs => Instances.Values.Where(static instance => instance.Name == "RunJob");

    /// <summary>When a run had decided on its end: a job that it gave up may go on at the facilitator, and counts no more.</summary>
    public DateTimeOffset LetGoAt(string run)
    {
        if (!Histories.TryGetValue(run, out var history))
        {
            return DateTimeOffset.MaxValue;
        }

        var settles = JsonNode.Parse(history)!["turns"]!
            .AsArray()
            .SelectMany(static turn =>
                (turn!["actions"]?.AsArray() ?? []).Select(action => (At: (DateTimeOffset)turn["timestamp"]!, Action: action!))
            )
            .Where(static scheduled => (string?)scheduled.Action["name"] == "SettleRun")
            .Select(static scheduled => (scheduled.At, Input: (string?)scheduled.Action["input"]))
            .ToList();

        // One that was not answered is tried again, and may have been done the first time.
        return settles.Count == 0 ? DateTimeOffset.MaxValue : settles.Find(settle => settle.Input == settles[^1].Input).At;
    }

    private static Dictionary<string, JobPlan> PlansOf(Life life)
    {
        var plans = life.Scenario.Plans.OfType<RunPlan>().ToDictionary(static plan => plan.Id, static plan => plan.Job);
        foreach (var (batch, plan) in life.Observer.Batches)
        {
            for (var line = 1; line <= plan.Jobs.Count; line++)
            {
                plans[$"{batch}~{line}"] = plan.Jobs[line - 1];
            }
        }

        foreach (var schedule in life.Observer.Schedules.Values)
        {
            schedule.MayRun.ToList().ForEach(run => plans[run] = schedule.Plan.Job);
        }

        foreach (var (run, job) in life.Observer.Specifications.Concat(life.Observer.Repeats))
        {
            plans[run] = job;
        }

        return plans;
    }

    public static JsonObject? OutcomeOf(OrchestrationMetadata instance) =>
        instance is { RuntimeStatus: OrchestrationRuntimeStatus.Completed, SerializedOutput: { } output }
            ? JsonNode.Parse(output) as JsonObject
            : null;

    /// <summary>Reads a property whatever the case of its first letter: histories are written by the worker's serializer.</summary>
    public static JsonNode? Get(JsonNode? node, string name) =>
        node is JsonObject json
            ? json.FirstOrDefault(pair => string.Equals(pair.Key, name, StringComparison.OrdinalIgnoreCase)).Value
            : null;

    public static async Task<Facts> ReadAsync(Life life, IDurableStore store)
    {
        var blobs = new Dictionary<string, StoredBlob>(StringComparer.Ordinal);
        await foreach (var container in life.Blobs.GetBlobContainersAsync())
        {
            var client = life.Blobs.GetBlobContainerClient(container.Name);
            await foreach (var blob in client.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, null, CancellationToken.None))
            {
                var content =
                    blob.Properties.ContentLength == 0
                        ? BinaryData.Empty
                        : (await client.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content;
                blobs[$"{container.Name}/{blob.Name}"] = new StoredBlob(blob.Metadata.ToDictionary(), content);
            }
        }

        var instances = new Dictionary<string, OrchestrationMetadata>(StringComparer.Ordinal);
        var histories = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var stored in store.Query(new InstanceFilter()).Instances)
        {
            var id = stored.Row.InstanceId;
            instances[id] = (await life.Engine.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;
            histories[id] = life.Engine.Hub.ExportHistory(id) ?? "";
        }

        var queued = 0;
        await foreach (var queue in life.Queues.GetQueuesAsync())
        {
            queued += (await life.Queues.GetQueueClient(queue.Name).GetPropertiesAsync()).Value.ApproximateMessagesCount;
        }

        return new Facts(life)
        {
            Jobs = life.Facilitator.Jobs,
            Reports = life.Facilitator.CheatReports,
            Blobs = blobs,
            Instances = instances,
            Histories = histories,
            QueuedMessages = queued,
            Plans = PlansOf(life),
        };
    }
}

/// <summary>A blob as it was at the end.</summary>
internal sealed record StoredBlob(IReadOnlyDictionary<string, string> Metadata, BinaryData Content);

using ComputeHorde.Functions.Local.Blobs;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Functions.Local.Queues;
using ComputeHorde.Functions.Local.Settings;
using ComputeHorde.Functions.Local.Storage;
using ComputeHorde.Functions.Local.Timers;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local;

/// <summary>Makes the listener of each function that polls or waits; HTTP and durable functions have none.</summary>
internal sealed class ListenerFactory(
    FunctionsSetup setup,
    StorageClients storage,
    SettingResolver settings,
    HostState state,
    FunctionRunner runner,
    ILogger logger
)
{
    private const string PoisonSuffix = "-poison";

    /// <exception cref="LocalFunctionsException">A setting is missing, or a name or schedule is not valid.</exception>
    public IFunctionListener? Create(RunnableFunction function) =>
        function.Descriptor.Trigger.Attribute switch
        {
            QueueTriggerAttribute queue => Queue(function, queue),
            BlobTriggerAttribute blob => Blob(function, blob),
            TimerTriggerAttribute timer => new TimerListener(
                function,
                timer,
                settings.Resolve(timer.Schedule, $"Function '{function.Name}', [TimerTrigger]"),
                settings.TimeZone,
                state,
                runner,
                setup.Options.TimeProvider,
                logger
            ),
            _ => null,
        };

    /// <summary>A poison queue has none of its own, nor has a queue whose name is too long for the suffix.</summary>
    private static bool HasPoisonQueue(string queue) =>
        !queue.EndsWith(PoisonSuffix, StringComparison.Ordinal) && queue.Length + PoisonSuffix.Length <= StorageClients.LongestQueueName;

    private QueueListener Queue(RunnableFunction function, QueueTriggerAttribute trigger)
    {
        var place = $"Function '{function.Name}', [QueueTrigger]";
        var client = storage.Queues(trigger.Connection, place);
        var name = storage.QueueName(trigger.QueueName, place);
        return new QueueListener(
            function,
            client.GetQueueClient(name),
            HasPoisonQueue(name) ? client.GetQueueClient(name + PoisonSuffix) : null,
            setup.HostJson.Queues,
            setup.Options.QueueLockDuration,
            state,
            runner,
            storage.Local(trigger.Connection, place),
            logger
        );
    }

    private BlobListener Blob(RunnableFunction function, BlobTriggerAttribute trigger)
    {
        var place = $"Function '{function.Name}', [BlobTrigger]";
        var path = BlobPath.Parse(settings.Resolve(trigger.BlobPath, place), place);
        var poisonQueue = storage.Queues(trigger.Connection, place).GetQueueClient(BlobHandling.PoisonQueue);
        return new BlobListener(
            function,
            storage.Blobs(trigger.Connection, place).GetBlobContainerClient(path.Container),
            path,
            new BlobHandling(function, poisonQueue, setup.HostJson, state, runner, logger),
            state,
            setup.HostJson.Blobs.MaxDegreeOfParallelism,
            storage.Local(trigger.Connection, place),
            logger
        );
    }
}

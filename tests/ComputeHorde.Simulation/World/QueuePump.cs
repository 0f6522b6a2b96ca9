using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Functions.Local.Queues;
using ComputeHorde.Simulation.Chaos;
using ComputeHorde.Simulation.Seams;

namespace ComputeHorde.Simulation.World;

/// <summary>The queue trigger of one host: receives, runs, deletes; what failed or died comes again, as often as host.json says.</summary>
internal sealed class QueuePump(Host host)
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20),
        Hidden = TimeSpan.FromMinutes(1);

    public async Task RunAsync()
    {
        var queue = host.Queues.GetQueueClient("batches");
        while (!host.IsDead)
        {
            try
            {
                QueueMessage[] messages = await queue.ReceiveMessagesAsync(8, Hidden, host.Life);
                await Task.WhenAll(messages.Select(message => HandleAsync(queue, message)));
            }
            catch (Exception exception) when (exception is not ProcessDiedException && !host.IsDead)
            {
                // The queue is not there yet, or the storage is away.
            }

            await host.World.Time.Delay(host.World.Slowness > 1 ? Idle * 5 : Idle, host.Life);
        }
    }

    private async Task HandleAsync(QueueClient queue, QueueMessage message)
    {
        if (message.DequeueCount > Application.HostJson.Queues.MaxDequeueCount)
        {
            host.World.Observer.Poisoned(message.Body.ToString());
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, host.Life);
            return;
        }

        var fault = host.Draw(
            Seam.Delivery,
            CallNames.Of("message", message.Body.ToString()[..Math.Min(60, message.Body.ToString().Length)]),
            out var call
        );
        if (fault == FaultKind.DeathBefore)
        {
            throw host.Die(call);
        }

        var received = new ReceivedMessage(message, message.Body);
        await host.TriggerAsync("BatchQueue", new TriggerInput(received, QueueBinding.Data(received), "queue"));
        if (fault == FaultKind.DeathAfter)
        {
            throw host.Die(call);
        }

        if (fault != FaultKind.Repeated)
        {
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, host.Life);
        }
    }
}

using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using ComputeHorde.Durable.LocalRuntime.FunctionsHost.Invocation;
using ComputeHorde.Durable.LocalRuntime.FunctionsHost.Settings;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.LocalRuntime.FunctionsHost.Queues;

/// <summary>One message from lock to deletion, retry or poison queue.</summary>
internal sealed class MessageHandling(
    RunnableFunction function,
    QueueClient queue,
    QueueClient poisonQueue,
    QueueSettings settings,
    TimeSpan lockDuration,
    FunctionRunner runner,
    ILogger logger)
{
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    private string _popReceipt = "";

    public async Task RunAsync(QueueMessage message)
    {
        _popReceipt = message.PopReceipt;

        // Earlier attempts may have died with their process, before anybody could count them as failures.
        if (message.DequeueCount > settings.MaxDequeueCount)
        {
            await MoveToPoisonAsync(message);
            return;
        }

        if (await SucceedsAsync(message))
            await IfLockedAsync(message, () => queue.DeleteMessageAsync(message.MessageId, _popReceipt));
        else if (message.DequeueCount >= settings.MaxDequeueCount)
            await MoveToPoisonAsync(message);
        else
            await IfLockedAsync(message, () => queue.UpdateMessageAsync(message.MessageId, _popReceipt, visibilityTimeout: settings.VisibilityTimeout));
    }

    private async Task<bool> SucceedsAsync(QueueMessage message)
    {
        var received = new ReceivedMessage(message, settings.Base64);
        var input = new TriggerInput(received, QueueBinding.Data(received), $"new message {message.MessageId} in queue '{queue.Name}'");
        using var done = new CancellationTokenSource();
        var renewal = KeepLockedAsync(message, done.Token);
        try
        {
            await runner.RunAsync(function, input);
            return true;
        }
        catch (Exception)
        {
            // The runner has logged it; here a failure means another attempt or the poison queue.
            return false;
        }
        finally
        {
            await done.CancelAsync();
            await renewal;
        }
    }

    private async Task KeepLockedAsync(QueueMessage message, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(lockDuration / 3, TimeProvider.System, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (done.IsCancellationRequested)
                return;

            try
            {
                UpdateReceipt receipt = await queue.UpdateMessageAsync(
                    message.MessageId, _popReceipt, visibilityTimeout: lockDuration, cancellationToken: CancellationToken.None);
                _popReceipt = receipt.PopReceipt;
            }
            catch (Exception exception) when (exception is RequestFailedException or AggregateException)
            {
                // The next round tries again; if the lock is lost in between, the message is handled once more.
                continue;
            }
        }
    }

    private async Task MoveToPoisonAsync(QueueMessage message)
    {
        await poisonQueue.CreateIfNotExistsAsync();
        await poisonQueue.SendMessageAsync(message.Body.ToString(), timeToLive: Forever);
        await IfLockedAsync(message, () => queue.DeleteMessageAsync(message.MessageId, _popReceipt));
        logger.PoisonMessage(message.MessageId, queue.Name, message.DequeueCount, poisonQueue.Name);
    }

    private async Task IfLockedAsync(QueueMessage message, Func<Task> change)
    {
        try
        {
            await change();
        }
        catch (RequestFailedException exception) when (exception.Status is 400 or 404)
        {
            logger.MessageLockLost(message.MessageId, queue.Name);
        }
    }
}

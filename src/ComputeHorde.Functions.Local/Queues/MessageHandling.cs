using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Functions.Local.Settings;
using ComputeHorde.Functions.Local.Storage;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Queues;

/// <summary>One message from lock to deletion, retry or poison queue.</summary>
internal sealed class MessageHandling(
    QueueMessage message,
    RunnableFunction function,
    QueueClient queue,
    QueueClient? poisonQueue,
    QueueSettings settings,
    TimeSpan lockDuration,
    HostState state,
    FunctionRunner runner,
    ILogger logger
)
{
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    private readonly Lock _gate = new();
    private string _popReceipt = message.PopReceipt;
    private bool _hasRun;

    /// <summary>The lock was lost, as in an outage of storage, and the message was delivered again while its function still runs.</summary>
    /// <returns>Whether this run goes on under the new lock; else the message has to be handled anew.</returns>
    public bool TakesOver(string popReceipt)
    {
        lock (_gate)
        {
            if (!_hasRun)
            {
                _popReceipt = popReceipt;
            }

            return !_hasRun;
        }
    }

    public async Task RunAsync()
    {
        if (QueueBody.Decode(message.Body.ToString(), settings.Base64) is not { } body)
        {
            await RefuseAsync();
            return;
        }

        var cutOff = message.DequeueCount > 1 ? state.CutOffTimes(queue.Name, message.MessageId) : 0;
        var attempt = message.DequeueCount - cutOff;
        var isLast = poisonQueue is not null && attempt >= settings.MaxDequeueCount;

        // Earlier attempts may have died with their process, before anybody could count them as failures.
        var outcome =
            isLast && attempt > settings.MaxDequeueCount ? Outcome.Failed : await RunFunctionAsync(new ReceivedMessage(message, body));
        if (outcome == Outcome.CutOff)
        {
            await GiveBackAsync();
            return;
        }

        if (outcome == Outcome.Succeeded)
        {
            await IfLockedAsync(() => queue.DeleteMessageAsync(message.MessageId, _popReceipt, runner.Closed));
        }
        else if (isLast)
        {
            await MoveToPoisonAsync(poisonQueue!, attempt);
        }
        else if (poisonQueue is not null) // Without one nothing ends the attempts: the lock keeps them from following one another at once.
        {
            await ShowAgainAsync(settings.VisibilityTimeout);
        }

        if (cutOff > 0 && (outcome == Outcome.Succeeded || isLast))
        {
            state.ForgetCutOffMessage(queue.Name, message.MessageId);
        }
    }

    /// <summary>
    /// Lets the next host have a message that this one, which stops, has not brought to its end. It counts as no attempt.
    /// </summary>
    public async Task GiveBackAsync()
    {
        state.NoteCutOffMessage(queue.Name, message.MessageId);
        await ShowAgainAsync(TimeSpan.Zero);
    }

    private Task ShowAgainAsync(TimeSpan wait) =>
        IfLockedAsync(() =>
            queue.UpdateMessageAsync(message.MessageId, _popReceipt, visibilityTimeout: wait, cancellationToken: runner.Closed)
        );

    /// <summary>No attempt could make more of it.</summary>
    private async Task RefuseAsync()
    {
        logger.MessageNotDecoded(message.MessageId, queue.Name);
        if (poisonQueue is not null)
        {
            await MoveToPoisonAsync(poisonQueue, message.DequeueCount);
        }
        else
        {
            await IfLockedAsync(() => queue.DeleteMessageAsync(message.MessageId, _popReceipt, runner.Closed));
        }
    }

    private async Task<Outcome> RunFunctionAsync(ReceivedMessage received)
    {
        var input = new TriggerInput(received, QueueBinding.Data(received), $"new message {message.MessageId} in queue '{queue.Name}'");
        using var done = new CancellationTokenSource();
        var renewal = KeepLockedAsync(done.Token);
        try
        {
            await runner.RunAsync(function, input);
            return Outcome.Succeeded;
        }
        catch (Exception)
        {
            // The runner has logged it; here a failure means another attempt or the poison queue.
            return runner.IsCuttingOff ? Outcome.CutOff : Outcome.Failed;
        }
        finally
        {
            await done.CancelAsync();
            await renewal;
            lock (_gate)
            {
                _hasRun = true;
            }
        }
    }

    private async Task KeepLockedAsync(CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(lockDuration / 3, TimeProvider.System, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (done.IsCancellationRequested)
            {
                return;
            }

            try
            {
                UpdateReceipt receipt = await queue.UpdateMessageAsync(
                    message.MessageId,
                    _popReceipt,
                    visibilityTimeout: lockDuration,
                    cancellationToken: runner.Closed
                );
                _popReceipt = receipt.PopReceipt;
            }
            catch (Exception exception) when (OutageMonitor.IsOutage(exception) || exception is RequestFailedException)
            {
                // The next round tries again; if the lock is lost in between, the message is handled once more.
                continue;
            }
        }
    }

    private async Task MoveToPoisonAsync(QueueClient poison, long attempts)
    {
        await poison.CreateIfNotExistsAsync(cancellationToken: runner.Closed);
        await poison.SendMessageAsync(message.Body.ToString(), timeToLive: Forever, cancellationToken: runner.Closed);
        await IfLockedAsync(() => queue.DeleteMessageAsync(message.MessageId, _popReceipt, runner.Closed));
        logger.PoisonMessage(message.MessageId, queue.Name, attempts, poison.Name);
    }

    private async Task IfLockedAsync(Func<Task> change)
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

    private enum Outcome
    {
        Succeeded,
        Failed,
        CutOff,
    }
}

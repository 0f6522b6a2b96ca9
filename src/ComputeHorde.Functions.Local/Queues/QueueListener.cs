using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Functions.Local.Settings;
using ComputeHorde.Functions.Local.Storage;
using ComputeHorde.Storage.Local;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Queues;

/// <summary>Polls a queue for one function, or waits for its news where storage tells them. A message is locked while its function runs,
/// deleted when it succeeded, shown again when it failed, and moved to the poison queue, if there is one, after <c>maxDequeueCount</c>
/// attempts.</summary>
internal sealed class QueueListener(
    RunnableFunction function,
    QueueClient queue,
    QueueClient? poisonQueue,
    QueueSettings settings,
    TimeSpan lockDuration,
    HostState state,
    FunctionRunner runner,
    LocalStorage? local,
    ILogger logger
) : IFunctionListener
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(3);

    private readonly OutageMonitor _outage = new($"Queue '{queue.Name}'", logger, TimeProvider.System);
    private readonly WorkCounter _running = new();
    private readonly ConcurrentDictionary<string, MessageHandling> _handled = new();
    private bool _created;

    public string Resource => $"queue '{queue.Name}'";

    public bool IsReachable => !_outage.IsOut;

    public async Task PrepareAsync(CancellationToken cancellation)
    {
        await queue.CreateIfNotExistsAsync(cancellationToken: cancellation);
        _created = true;
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        await PollAsync(stopping);

        // What was begun is brought to its end, the message's deletion included; the drain sees to it that this does not take forever.
        await _running.WhenAtMostAsync(0, CancellationToken.None);
    }

    private async Task PollAsync(CancellationToken stopping)
    {
        using var news = local is null ? null : new QueueNews(local, queue.Name);
        var idle = new IdleBackoff(FirstWait, news is null ? settings.MaxPollingInterval : NewsSignal.PollInterval, news?.Signal);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!_created)
                {
                    await PrepareAsync(stopping);
                }

                await _running.WhenAtMostAsync(settings.NewBatchThreshold, stopping);
                var messages = await ReceiveAsync(stopping);
                if (stopping.IsCancellationRequested)
                {
                    await Task.WhenAll(messages.Select(message => Handling(message).GiveBackAsync()));
                    return;
                }

                foreach (var message in messages)
                {
                    Start(message);
                }

                if (messages.Length > 0)
                {
                    idle.Reset();
                }
                else
                {
                    await idle.WaitAsync(stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                _created = false;
            }
            catch (Exception exception)
            {
                // The listener outlives whatever storage does: it says so once and comes back.
                _created = false;
                _outage.Failed(exception);
                await WaitQuietlyAsync(idle, stopping);
            }
        }
    }

    /// <summary>
    /// A stop waits for the answer: otherwise messages that are on their way would stay locked, and count an attempt that never was.
    /// </summary>
    private async Task<QueueMessage[]> ReceiveAsync(CancellationToken stopping)
    {
        using var late = new CancellationTokenSource();
        await using var stop = stopping.UnsafeRegister(static source => ((CancellationTokenSource)source!).CancelAfter(StopGrace), late);
        var response = await queue.ReceiveMessagesAsync(settings.BatchSize, lockDuration, late.Token);
        _outage.Succeeded();
        return response.Value;
    }

    private void Start(QueueMessage message)
    {
        if (_handled.TryGetValue(message.MessageId, out var running) && running.TakesOver(message.PopReceipt))
        {
            logger.MessageLockTakenOver(message.MessageId, queue.Name);
            return;
        }

        var handling = Handling(message);
        _handled[message.MessageId] = handling;
        _running.Begin();
        _ = HandleAsync(message, handling);
    }

    private async Task HandleAsync(QueueMessage message, MessageHandling handling)
    {
        try
        {
            await handling.RunAsync();
        }
        catch (Exception exception)
        {
            // Storage failed beneath a message: its lock runs out and it comes back, which is what at-least-once means.
            _outage.Failed(exception);
        }
        finally
        {
            _handled.TryRemove(new(message.MessageId, handling));
            _running.End();
        }
    }

    private MessageHandling Handling(QueueMessage message) =>
        new(message, function, queue, poisonQueue, settings, lockDuration, state, runner, logger);

    private static async Task WaitQuietlyAsync(IdleBackoff idle, CancellationToken stopping)
    {
        // As a plain task: with a result, an await that does not throw is refused.
        Task waiting = idle.WaitAsync(stopping);
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

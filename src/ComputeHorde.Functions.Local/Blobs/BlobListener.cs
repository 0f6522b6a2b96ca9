using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Functions.Local.Storage;
using ComputeHorde.Storage.Local;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Blobs;

/// <summary>
/// Polls a container for one function, or waits for its news where storage tells them. Each version of a blob (its ETag) is handled once;
/// the receipt for it is kept on disk.
/// </summary>
internal sealed class BlobListener(
    RunnableFunction function,
    BlobContainerClient container,
    BlobPath path,
    BlobHandling handling,
    HostState state,
    int parallelism,
    LocalStorage? local,
    ILogger logger
) : IFunctionListener
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly OutageMonitor _outage = new($"Blob container '{container.Name}'", logger, TimeProvider.System);
    private readonly ConcurrentDictionary<(string Blob, string ETag), BlobWork> _known = [];
    private readonly WorkCounter _running = new();
    private bool _created;

    public string Resource => $"blob container '{container.Name}'";

    public bool IsReachable => !_outage.IsOut;

    public async Task PrepareAsync(CancellationToken cancellation)
    {
        await container.CreateIfNotExistsAsync(cancellationToken: cancellation);
        _created = true;
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        foreach (var version in state.HandledBlobs(function.Name))
        {
            _known[version] = BlobWork.Done;
        }

        await PollAsync(stopping);

        // What was begun is brought to its end, its receipt included; the drain sees to it that this does not take forever.
        await _running.WhenAtMostAsync(0, CancellationToken.None);
    }

    private async Task PollAsync(CancellationToken stopping)
    {
        using var news = local is null ? null : new BlobNews(local, container.Name);
        var idle = new IdleBackoff(FirstWait, news is null ? LongestWait : NewsSignal.PollInterval, news?.Signal);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!_created)
                {
                    await PrepareAsync(stopping);
                }

                var started = TimeProvider.System.GetTimestamp();
                if (await ScanAsync(stopping))
                {
                    idle.Reset();
                }

                var spent = TimeProvider.System.GetElapsedTime(started);
                while (await idle.WaitAsync(stopping))
                {
                    await TakeAsync(news!, stopping);
                }

                await PaceAsync(spent, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // The listener outlives whatever storage does: it says so once and comes back.
                _created = false;
                _outage.Failed(exception);

                // As a plain task: with a result, an await that does not throw is refused.
                Task waiting = idle.WaitAsync(stopping);
                await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <returns>Whether there was anything new.</returns>
    private async Task<bool> ScanAsync(CancellationToken stopping)
    {
        var any = false;
        var before = _known.Where(pair => pair.Value == BlobWork.Done).Select(pair => pair.Key).ToArray();
        var seen = new HashSet<(string, string)>();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, path.Prefix, stopping))
        {
            if (blob.Properties.ETag is not { } eTag || path.Match(blob.Name) is null)
            {
                continue;
            }

            var found = new FoundBlob(container, blob.Name, eTag);
            seen.Add((found.Name, found.Version));
            any |= await BeginAsync(found, stopping);
        }

        _outage.Succeeded();
        Forget(before, seen);
        return any;
    }

    private async Task TakeAsync(BlobNews news, CancellationToken stopping)
    {
        while (news.Written.TryDequeue(out var blob))
        {
            if (path.Match(blob.Name) is not null)
            {
                await BeginAsync(new FoundBlob(container, blob.Name, new ETag(blob.ETag)), stopping);
            }
        }
    }

    /// <returns>False for a version that is known already.</returns>
    private async Task<bool> BeginAsync(FoundBlob found, CancellationToken stopping)
    {
        if (!_known.TryAdd((found.Name, found.Version), BlobWork.Running))
        {
            return false;
        }

        await _running.WhenAtMostAsync(parallelism - 1, stopping);
        _running.Begin();
        _ = HandleAsync(found, stopping);
        return true;
    }

    private async Task HandleAsync(FoundBlob blob, CancellationToken stopping)
    {
        var key = (blob.Name, blob.Version);
        try
        {
            var outcome = await handling.RunAsync(blob, path, stopping);
            if (outcome)
            {
                _known[key] = BlobWork.Done;
            }
            else
            {
                _known.TryRemove(key, out _);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            _known.TryRemove(key, out _);
        }
        catch (Exception exception)
        {
            // Storage failed beneath a blob: it has no receipt, so the next scan finds it again.
            _known.TryRemove(key, out _);
            _outage.Failed(exception);
        }
        finally
        {
            _running.End();
        }
    }

    /// <summary>
    /// Drops the receipts of versions that a whole scan no longer found. Those of versions that came during the scan stay.
    /// </summary>
    private void Forget((string Blob, string ETag)[] before, HashSet<(string Blob, string ETag)> seen)
    {
        var gone = before.Where(version => !seen.Contains(version)).ToArray();
        if (gone.Length == 0)
        {
            return;
        }

        state.ForgetBlobs(function.Name, gone);
        foreach (var version in gone)
        {
            _known.TryRemove(version, out _);
        }
    }

    /// <summary>Listing a large container takes long: it may take a fifth of the time at most.</summary>
    private static Task PaceAsync(TimeSpan spent, CancellationToken stopping) =>
        spent > LongestWait ? Task.Delay(spent * 4, TimeProvider.System, stopping) : Task.CompletedTask;

    private enum BlobWork
    {
        Running,
        Done,
    }
}

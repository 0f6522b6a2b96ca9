using System.Runtime.CompilerServices;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace ComputeHorde.Durable.Notices;

/// <summary>
/// Callers that wait for something to change, each over a connection that stays open: how many there may be, and how often is looked for
/// them.
/// </summary>
internal sealed class Watchers(TimeProvider time, IHostApplicationLifetime host) : IDisposable
{
    /// <summary>Half of the requests that run at once by host.json: who watches must not shut out who acts.</summary>
    public const int Most = 50;

    /// <summary>How long a connection may be silent: load balancers cut off those that are so for longer.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250),
        LongestPause = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _places = new(Most, Most);

    public void Dispose() => _places.Dispose();

    /// <summary>Takes a place.</summary>
    /// <returns>Dispose it to give the place back.</returns>
    /// <exception cref="HttpProblemException">429: all are taken.</exception>
    public IDisposable Enter() =>
        _places.Wait(0)
            ? new Place(_places)
            : throw new HttpProblemException(
                429,
                "Too many are waiting",
                new ValidationProblem("wait", $"is granted to {Most} callers at once on each instance; ask without it, or later.")
            )
            {
                RetryAfterSeconds = 5,
            };

    /// <summary>Looks at something again and again.</summary>
    /// <param name="read">Looks; gives null when there is nothing any more, which ends it.</param>
    /// <param name="fingerprint">What counts as a change.</param>
    /// <param name="limit">For how long at most.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>The first look, each that shows a change, and null after each <see cref="Heartbeat"/> without one.</returns>
    public async IAsyncEnumerable<T?> ChangesAsync<T>(
        Func<CancellationToken, Task<T?>> read,
        Func<T, string> fingerprint,
        TimeSpan limit,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
        where T : class
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.ApplicationStopping);
        var begun = time.GetTimestamp();
        var heard = begun;
        string? known = null;
        for (var quiet = 0; ; quiet++)
        {
            var (isKnown, seen) = await TryReadAsync(read, isFirst: known is null, cancellationToken);
            if (isKnown && seen is null)
            {
                yield break;
            }

            if (seen is not null && fingerprint(seen) is var now && now != known)
            {
                (known, heard, quiet) = (now, time.GetTimestamp(), 0);
                yield return seen;
            }
            else if (time.GetElapsedTime(heard) >= Heartbeat)
            {
                heard = time.GetTimestamp();
                yield return null;
            }

            var left = limit - time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero || ended.IsCancellationRequested)
            {
                yield break;
            }

            var pause = Pauses.Grow(FirstPause, quiet, LongestPause);
            await Task.Delay(pause < left ? pause : left, time, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A storage or a task hub that is away for a moment is no news, unless it is away from the start.</summary>
    private static async Task<(bool IsKnown, T? Seen)> TryReadAsync<T>(
        Func<CancellationToken, Task<T?>> read,
        bool isFirst,
        CancellationToken cancellationToken
    )
        where T : class
    {
        try
        {
            return (true, await read(cancellationToken));
        }
        catch (Exception exception)
            when (!isFirst && (StorageOutages.MayPass(exception) || exception is RpcException) && !cancellationToken.IsCancellationRequested
            )
        {
            return (false, null);
        }
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}

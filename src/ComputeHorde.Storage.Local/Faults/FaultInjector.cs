using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Faults;

/// <summary>Makes requests fail as <see cref="StorageFaults"/> says.</summary>
internal sealed class FaultInjector(StorageFaults? faults, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(faults?.Seed ?? 0);

    public async ValueTask<Fault> BeforeAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (faults is null)
        {
            return Fault.None;
        }

        var fault = Draw(faults);
        switch (fault)
        {
            case Fault.Refused:
                throw new ConnectionLost("Connection refused, by a fault that was asked for.");
            case Fault.LostBefore:
                throw new ConnectionLost("The connection was lost before anything was done, by a fault that was asked for.");
            case Fault.Busy:
                throw Errors.Unavailable("The server is busy, by a fault that was asked for.");
            case Fault.ConditionFailed when IsConditionalWrite(request):
                throw Errors.ConditionNotMet();
            case Fault.Slow:
                await Task.Delay(faults.SlowBy, time, cancellation);
                break;
        }

        return fault;
    }

    public static void After(Fault fault, StorageResponse response)
    {
        if (fault == Fault.LostAfter)
        {
            response.Body.Dispose();
            throw new ConnectionLost("The connection was lost after all was done, by a fault that was asked for.");
        }
    }

    private static bool IsConditionalWrite(StorageRequest request) =>
        request.Method is "PUT" or "DELETE" && (request.Header("If-Match") ?? request.Header("If-None-Match")) is not null;

    private Fault Draw(StorageFaults settings)
    {
        double drawn;
        lock (_gate)
        {
#pragma warning disable CA5394 // By seed: the same run each time is the point.
            drawn = _random.NextDouble();
#pragma warning restore CA5394
        }

        ReadOnlySpan<(double Share, Fault Fault)> shares =
        [
            (settings.Refused, Fault.Refused),
            (settings.LostBefore, Fault.LostBefore),
            (settings.LostAfter, Fault.LostAfter),
            (settings.Busy, Fault.Busy),
            (settings.ConditionFailed, Fault.ConditionFailed),
            (settings.Slow, Fault.Slow),
        ];
        foreach (var (share, fault) in shares)
        {
            if (drawn < share)
            {
                return fault;
            }

            drawn -= share;
        }

        return Fault.None;
    }
}

internal enum Fault
{
    None,
    Refused,
    LostBefore,
    LostAfter,
    Busy,
    ConditionFailed,
    Slow,
}

/// <summary>No answer will come.</summary>
internal sealed class ConnectionLost(string message) : IOException(message);

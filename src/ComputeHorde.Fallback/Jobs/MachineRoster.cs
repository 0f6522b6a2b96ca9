namespace ComputeHorde.Fallback;

/// <summary>
/// The provider's machines as they were last listed: one request for all jobs, and not more often than the provider likes.
/// </summary>
internal sealed class MachineRoster(IFallbackProvider provider, string prefix, FallbackOptions options, TimeProvider time)
{
    private Task _listing = Task.CompletedTask;
    private readonly Lock _gate = new();
    private Dictionary<string, Machine>? _machines;
    private long? _listedAt;

    /// <summary>Lists again when the last list has become old. A provider that does not answer leaves nothing known.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        Task listing;
        lock (_gate)
        {
            if (_listing.IsCompleted && (_listedAt is not { } last || time.GetElapsedTime(last) >= options.ListInterval))
            {
                _listedAt = time.GetTimestamp();
                _listing = ListAsync(cancellationToken);
            }

            listing = _listing;
        }

        await listing;
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        _machines = null;
        try
        {
            _machines = (await provider.ListAsync(prefix, cancellationToken)).ToDictionary(
                static machine => machine.Id,
                StringComparer.Ordinal
            );
        }
        catch (FallbackException)
        {
            // Blobs tell of jobs that are well, and the provider is asked again after a while.
        }
    }

    /// <summary>What the last list says of a machine.</summary>
    public MachineLook Find(string? id) =>
        id is null || _machines is not { } machines ? MachineLook.Unknown : MachineLook.Of(machines.GetValueOrDefault(id));
}

using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using Microsoft.Extensions.Caching.Memory;

namespace ComputeHorde.Durable.Intake;

/// <summary>
/// Gives the orders behind stored requests. What this process read lately is kept in memory, for runs need theirs more than once.
/// </summary>
internal sealed class StoredRequests(RequestStore requests) : IJobOrders, IDisposable
{
    private const long BytesInMemory = 32 << 20;

    private readonly MemoryCache _recent = new(new MemoryCacheOptions { SizeLimit = BytesInMemory });

    public void Dispose() => _recent.Dispose();

    public async Task<JobOrder> LoadAsync(string requestId, string sha256, CancellationToken cancellationToken)
    {
        if (_recent.TryGetValue((requestId, sha256), out JobOrder? order))
        {
            return order!;
        }

        var json = await requests.ReadAsync(requestId, sha256, cancellationToken);
        var request = JobRequest.Parse(json);
        order = new JobOrder(request.Spec, request.Outputs) { StreamingCertificate = request.StreamingCertificate };
        return _recent.Set((requestId, sha256), order, new MemoryCacheEntryOptions { Size = json.ToMemory().Length });
    }
}

using ComputeHorde.Durable.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Notices;

/// <summary>Notes that a notice was given up, where people look.</summary>
internal sealed class BuryNotice(DeadNotices dead, ILogger<BuryNotice> logger)
{
    [Function(nameof(BuryNotice))]
    public async Task<bool> RunAsync([ActivityTrigger] DeadNotice input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        await dead.AddAsync(input, cancellationToken);
        logger.NoticeDead(input.Id, input.Type, input.Problem);
        return true;
    }
}

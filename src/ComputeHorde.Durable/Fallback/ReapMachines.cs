using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Fallback;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Fallback;

/// <summary>
/// Ends machines that nobody needs: of a process that died between two steps, of a run that was terminated, past their deadline.
/// </summary>
internal sealed class ReapMachines(Outages outages, IServiceProvider services)
{
    /// <summary>Runs on the timer <c>ComputeHordeSweepSchedule</c>.</summary>
    [Function(nameof(ReapMachines))]
    public async Task RunAsync([TimerTrigger("%ComputeHordeSweepSchedule%")] TimerInfo timer, CancellationToken cancellationToken)
    {
        if (services.GetService(typeof(FallbackJobs)) is not FallbackJobs jobs)
        {
            return;
        }

        try
        {
            await jobs.ReapAsync(cancellationToken);
            outages.Ended(Outages.Fallback);
        }
        catch (FallbackException exception)
        {
            // The next tick tries again; until then the machines' own limits hold.
            outages.Started(Outages.Fallback, exception.Message);
        }
    }
}

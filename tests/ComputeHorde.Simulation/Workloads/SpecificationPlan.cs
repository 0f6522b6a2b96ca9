using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Workloads;

/// <summary>A caller who drops a specification into container <c>jobs</c>, and may write over it.</summary>
internal sealed record SpecificationPlan(string Id, JobPlan Job) : Plan(Id)
{
    /// <summary>A further version of the blob.</summary>
    public JobPlan? Then { get; init; }

    public override IEnumerable<HookPlan> Hooks => new[] { Job.Hook, Then?.Hook }.OfType<HookPlan>();

    public override async Task LiveAsync(Life life)
    {
        await life.Time.Delay(StartsAfter);
        foreach (var job in Then is null ? [Job] : new[] { Job, Then })
        {
            life.Observer.Secrets.AddRange(job.Secrets);
            var run = await life.Callers.DropAsync(Id + ".json", job.ToJson().ToJsonString());
            life.Observer.Specifications[run] = job;
            if (job.IsValid)
            {
                await UntilKnownAsync(life, run);
                life.Observer.Accepted.Add(run);
                await new RunWatch(life, run, job.Hook).UntilEndedAsync();
            }
            else
            {
                await life.Callers.UntilRejectedAsync(Id);
            }
        }
    }

    private static async Task UntilKnownAsync(Life life, string run)
    {
        while ((await life.CallAsync(HttpCall.Get("ShowJob", $"jobs/{run}", run))).Status == 404)
        {
            await life.Time.Delay(TimeSpan.FromSeconds(45));
        }
    }
}

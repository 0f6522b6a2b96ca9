using System.Text.Json.Nodes;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Workloads;

/// <summary>A caller who starts one run over HTTP, watches it, and may cancel it.</summary>
internal sealed record RunPlan(string Id, JobPlan Job) : Plan(Id)
{
    public TimeSpan? CancelsAfter { get; init; }

    /// <summary>Sends the same request once more, because it did not see the answer.</summary>
    public bool SendsTwice { get; init; }

    /// <summary>Has the run repeated when it has ended, and waits for that, too.</summary>
    public bool IsRepeated { get; init; }

    public override IEnumerable<HookPlan> Hooks => Job.Hook is { } hook ? [hook] : [];

    public override async Task LiveAsync(Life life)
    {
        life.Observer.Secrets.AddRange(Job.Secrets);
        await life.Time.Delay(StartsAfter);
        var post = HttpCall.Post("StartJob", "jobs", Job.ToJson().ToJsonString(), Id);
        var answer = await life.CallAsync(post);
        if (answer.Status != (Job.IsValid ? 202 : 400))
        {
            life.Observer.Break("starts", $"{Id} was answered with {answer.Status}: {answer.Body}");
            return;
        }

        if (!Job.IsValid)
        {
            return;
        }

        life.Observer.Accepted.Add(Id);
        if (SendsTwice && await life.CallAsync(post) is { Status: not 202 } second)
        {
            life.Observer.Break("starts", $"{Id} sent again was answered with {second.Status}: {second.Body}");
        }

        if (CancelsAfter is { } wait)
        {
            await life.Time.Delay(wait);
            var cancel = await life.CallAsync(new HttpCall("CancelJob", "POST", $"jobs/{Id}/cancel") { Id = Id });
            if (cancel.Status == 202)
            {
                life.Observer.CancelledAt[Id] = life.Time.Elapsed;
            }
            else
            {
                life.Observer.Break("cancel", $"{Id} was answered with {cancel.Status}: {cancel.Body}");
            }
        }

        await new RunWatch(life, Id, Job.Hook).UntilEndedAsync();
        if (IsRepeated)
        {
            await RepeatAsync(life);
        }
    }

    private async Task RepeatAsync(Life life)
    {
        var again = Id + "-again";
        life.Observer.Repeats[again] = Job;
        var answer = await life.CallAsync(new HttpCall("RerunJob", "POST", $"jobs/{Id}/rerun") { Id = Id, Key = again });
        if (answer.Status != 202)
        {
            life.Observer.Break("starts", $"{again} was answered with {answer.Status}: {answer.Body}");
            return;
        }

        life.Observer.Accepted.Add(again);
        await new RunWatch(life, again, Job.Hook).UntilEndedAsync();
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Workloads;

/// <summary>A caller who has a job run every so many minutes, until some time after the weather has cleared.</summary>
/// <param name="Minutes">A divisor of 60.</param>
internal sealed record SchedulePlan(string Id, JobPlan Job, int Minutes) : Plan(Id)
{
    /// <summary>A tick may be a minute away, and the host that would make it be starting.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(6);

    public int JitterSeconds { get; init; }

    /// <summary>How late an occurrence may start.</summary>
    public int CatchUpSeconds { get; init; } = 300;

    public override IEnumerable<HookPlan> Hooks => [];

    public override async Task LiveAsync(Life life)
    {
        life.Observer.Secrets.AddRange(Job.Secrets);
        await life.Time.Delay(StartsAfter);
        var body = Job.ToJson();
        body["schedule"] = new JsonObject
        {
            ["cron"] = $"*/{Minutes} * * * *",
            ["jitter_seconds"] = JitterSeconds,
            ["catch_up_seconds"] = CatchUpSeconds,
        };
        var asked = life.Time.GetUtcNow();
        var answer = await life.CallAsync(new HttpCall("PutSchedule", "PUT", $"schedules/{Id}") { Id = Id, Body = body.ToJsonString() });
        if (answer.Status != (Job.IsValid ? 200 : 400))
        {
            life.Observer.Break("starts", $"schedule {Id} was answered with {answer.Status}: {answer.Body}");
            return;
        }

        if (!Job.IsValid)
        {
            return;
        }

        var made = life.Time.GetUtcNow();
        var end = life.Began + life.Scenario.Weather.ClearsAt + TimeSpan.FromMinutes(Minutes) + Slack;
        await life.Time.Delay(end > made ? end - made : Slack);
        var ends = life.Time.GetUtcNow();
        await life.CallAsync(new HttpCall("DeleteSchedule", "DELETE", $"schedules/{Id}") { Id = Id });
        var owed = Due(made, ends - Slack - TimeSpan.FromSeconds(JitterSeconds)).ToList();
        life.Observer.Schedules[Id] = new SeenSchedule(this, [.. Due(asked, life.Time.GetUtcNow()).Select(RunOf)], owed);
        foreach (var run in owed.Where(at => IsOwed(life, at)).Select(RunOf))
        {
            await new RunWatch(life, run, Job.Hook).UntilEndedAsync();
        }
    }

    /// <summary>
    /// An occurrence may be skipped that could not be started in time: not when it has hours for that, or when nothing fails any more.
    /// </summary>
    public bool IsOwed(Life life, DateTimeOffset at) => CatchUpSeconds >= 7200 || at > life.Began + life.Scenario.Weather.ClearsAt;

    /// <summary>As the documentation says that runs of schedules are called.</summary>
    public string RunOf(DateTimeOffset at) => $"{Id}-{at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";

    /// <summary>The moments after one and up to another.</summary>
    private IEnumerable<DateTimeOffset> Due(DateTimeOffset after, DateTimeOffset to)
    {
        var hour = new DateTimeOffset(after.Year, after.Month, after.Day, after.Hour, 0, 0, TimeSpan.Zero);
        for (var at = hour; at <= to; at = at.AddMinutes(Minutes))
        {
            if (at > after)
            {
                yield return at;
            }
        }
    }
}

/// <summary>What became of a schedule, as its caller knows it.</summary>
/// <param name="MayRun">The runs of every moment at which the schedule may have been there.</param>
/// <param name="Due">The moments at which it was there.</param>
internal sealed record SeenSchedule(SchedulePlan Plan, IReadOnlyList<string> MayRun, IReadOnlyList<DateTimeOffset> Due);

using System.Text.Json.Nodes;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Workloads;

/// <summary>A caller who looks at a run now and then: what is shown must never go back.</summary>
internal sealed class RunWatch(Life life, string id, HookPlan? hook)
{
    private static readonly string[] Ends = ["completed", "failed", "timed_out", "cancelled"];

    private readonly NoticeWatch _notices = new(life, hook);
    private int _number;
    private string? _outcome;
    private int _looks;

    public async Task UntilEndedAsync()
    {
        while (!await LookAsync())
        {
            var quick =
                _looks < 20 ? 30
                : _looks < 60 ? 120
                : 600;
            await life.Time.Delay(TimeSpan.FromSeconds(quick * (0.5 + life.Fate.Chance($"look {id} {++_looks}"))));
        }
    }

    private async Task<bool> LookAsync()
    {
        var answer = await life.CallAsync(HttpCall.Get("ShowJob", $"jobs/{id}", id));
        if (answer.Status != 200)
        {
            life.Observer.Break("progress", $"{id}, which was accepted, is answered with {answer.Status}: {answer.Body}");
            return true;
        }

        var run = JsonNode.Parse(answer.Body)!.AsObject();
        var number = (int?)run["progress"]?["number"] ?? 0;
        if (number < _number)
        {
            life.Observer.Break("progress", $"{id} went from attempt {_number} back to {number}");
        }

        _number = number;
        if ((string?)run["error"] is { } error)
        {
            life.Observer.Break("ends once", $"{id} broke: {error}");
            return true;
        }

        var outcome = run["outcome"]?.ToJsonString();
        if (_outcome is not null && outcome != _outcome)
        {
            life.Observer.Break("ends once", $"the outcome of {id} changed from {_outcome} to {outcome}");
        }

        _outcome = outcome;
        if (outcome is not null && !Ends.Contains((string?)run["status"]))
        {
            life.Observer.Break("ends once", $"{id} ended as {(string?)run["status"]}");
        }

        return outcome is not null
            && (string?)run["check"]?["verdict"] != "pending"
            && await _notices.IsOverAsync(run, "run." + (string?)run["status"]);
    }
}

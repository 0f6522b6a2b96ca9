using System.Text.Json.Nodes;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Workloads;

/// <summary>
/// A caller who looks whether the notices about an end came to something, and has those delivered again that were given up while its server
/// was away.
/// </summary>
internal sealed class NoticeWatch(Life life, HookPlan? hook)
{
    /// <summary>Whether there is nothing to wait for any more.</summary>
    /// <param name="subject">The view of a run or batch that has ended.</param>
    /// <param name="type">What is told of its end.</param>
    public async Task<bool> IsOverAsync(JsonObject subject, string type)
    {
        var notices = (subject["notices"]?.AsArray() ?? []).Select(static notice => notice!).ToList();
        if (hook is null || (notices.Count == 0 && !hook.Wants(type)))
        {
            return true;
        }

        if (!hook.IsGone && notices.Find(static notice => (string?)notice["status"] == "dead") is { } dead)
        {
            var id = (string)dead["id"]!;
            var answer = await life.CallAsync(new HttpCall("RedeliverNotice", "POST", $"notices/{id}/redeliver") { Id = id });
            if (answer.Status is not (202 or 409))
            {
                life.Observer.Break("notices", $"to deliver {id} again was answered with {answer.Status}: {answer.Body}");
            }

            return false;
        }

        return notices.Count > 0 && notices.TrueForAll(static notice => (string?)notice["status"] != "pending");
    }
}

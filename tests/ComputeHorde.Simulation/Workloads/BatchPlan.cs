using System.Text.Json.Nodes;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Workloads;

/// <summary>By which way a batch comes.</summary>
internal enum Door
{
    Http,
    Queue,
    Blob,
}

/// <summary>A caller who has many jobs run, and may pause, resume or cancel them.</summary>
internal sealed record BatchPlan(string Id, IReadOnlyList<JobPlan> Jobs, Door Door) : Plan(Id)
{
    public int MaxParallel { get; init; } = 4;

    public bool IsStrict { get; init; }

    public TimeSpan? PausesAfter { get; init; }

    public TimeSpan? CancelsAfter { get; init; }

    /// <summary>Who is told of the batch; its lines have their own.</summary>
    public HookPlan? Hook { get; init; }

    public override IEnumerable<HookPlan> Hooks => Jobs.Select(static job => job.Hook).Append(Hook).OfType<HookPlan>();

    private bool IsRefused => IsStrict && Jobs.Any(static job => !job.IsValid);

    public override async Task LiveAsync(Life life)
    {
        life.Observer.Secrets.AddRange(Jobs.SelectMany(static job => job.Secrets).Concat(Hook is null ? [] : [Hook.Secret]));
        await life.Time.Delay(StartsAfter);
        var id = await StartAsync(life);
        life.Observer.Batches[id] = this;
        if (PausesAfter is { } pause)
        {
            await life.Time.Delay(pause);
            await OrderAsync(life, id, "PauseBatch", "pause");
            await life.Time.Delay(pause);
            await OrderAsync(life, id, "ResumeBatch", "resume");
        }

        if (CancelsAfter is { } cancel)
        {
            await life.Time.Delay(cancel);
            await OrderAsync(life, id, "CancelBatch", "cancel");
        }

        await UntilEndedAsync(life, id);
    }

    public override string ToString() =>
        $"BatchPlan {Id} by {Door}, {Jobs.Count} lines, {MaxParallel} at once{(IsStrict ? ", strict" : "")}{(CancelsAfter is null ? "" : ", cancelled")}";

    private async Task<string> StartAsync(Life life)
    {
        var body = new JsonObject
        {
            ["id"] = Id,
            ["jobs"] = new JsonArray([.. Jobs.Select(static job => job.ToJson())]),
            ["max_parallel"] = MaxParallel,
            ["strict"] = IsStrict,
        };
        if (Hook is not null)
        {
            body["webhook"] = Hook.ToJson();
        }

        switch (Door)
        {
            case Door.Queue:
                await life.Callers.SendAsync("batches", body.ToJsonString());
                return Id;
            case Door.Blob:
                body.Remove("id");
                return await life.Callers.DropAsync(Id + ".json", body.ToJsonString());
            default:
                var answer = await life.CallAsync(HttpCall.Post("StartBatch", "batches", body.ToJsonString(), Id));
                if (answer.Status == 202)
                {
                    life.Observer.Accepted.Add(Id);
                }
                else
                {
                    life.Observer.Break("starts", $"{Id} was answered with {answer.Status}: {answer.Body}");
                }

                return Id;
        }
    }

    private static async Task OrderAsync(Life life, string id, string function, string order)
    {
        var answer = await life.CallAsync(new HttpCall(function, "POST", $"batches/{id}/{order}") { Id = id });
        if (answer.Status == 202 && order == "cancel")
        {
            life.Observer.CancelledAt[id] = life.Time.Elapsed;
        }
        else if (answer.Status is not (202 or 404))
        {
            life.Observer.Break("orders", $"{order} of {id} was answered with {answer.Status}: {answer.Body}");
        }
    }

    private async Task UntilEndedAsync(Life life, string id)
    {
        var done = 0;
        var notices = new NoticeWatch(life, Hook);
        for (var look = 0; ; look++)
        {
            var answer = await life.CallAsync(HttpCall.Get("ShowBatch", $"batches/{id}", id));
            var batch = answer.Status == 200 ? JsonNode.Parse(answer.Body)!.AsObject() : null;
            if (batch is null && life.Observer.Accepted.Contains(id))
            {
                life.Observer.Break("progress", $"{id}, which was accepted, is answered with {answer.Status}: {answer.Body}");
                return;
            }

            var now = (int?)batch?["progress"]?["done"] ?? 0;
            if (now < done)
            {
                life.Observer.Break("progress", $"{id} went from {done} lines back to {now}");
            }

            done = now;
            if ((string?)batch?["error"] is { } error)
            {
                life.Observer.Break("ends once", $"{id} broke: {error}");
                return;
            }

            if (batch?["summary"] is JsonObject summary && summary["verdicts"]?["pending"] is null)
            {
                if (((string?)summary["status"] == "rejected") != IsRefused && (string?)summary["status"] != "cancelled")
                {
                    life.Observer.Break("ends once", $"{id} ended as {(string?)summary["status"]}");
                }

                if (await notices.IsOverAsync(batch, "batch." + (string?)summary["status"]))
                {
                    return;
                }
            }

            await life.Time.Delay(TimeSpan.FromSeconds((look < 20 ? 30 : 300) * (0.5 + life.Fate.Chance($"look {id} {look}"))));
        }
    }
}

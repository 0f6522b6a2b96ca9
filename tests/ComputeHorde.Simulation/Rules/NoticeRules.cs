using ComputeHorde.Simulation.Workloads;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Simulation.Rules;

/// <summary>Who wants to be told of an end is told, of that and of nothing else.</summary>
internal static class NoticeRules
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>
    /// Every end is told at least once, or its notice is listed as given up, after a day or because the receiver is gone.
    /// </summary>
    public static IEnumerable<string> Told(Facts facts)
    {
        foreach (var owed in Owed(facts))
        {
            var isTaken = facts.Received.Any(notice => notice.IsTaken && notice.Subject == owed.Subject && notice.Type == owed.Type);
            var delivery = facts.Instances.GetValueOrDefault(owed.Delivery);
            var isDead = (string?)Facts.Get(delivery is null ? null : Facts.OutcomeOf(delivery), "Status") == "dead";
            if (!isTaken && !isDead)
            {
                yield return $"nobody was told of {owed.Type} of {owed.Subject}; {owed.Delivery} is {delivery?.RuntimeStatus.ToString() ?? "not there"}";
            }

            if (isDead && !owed.Hook.IsGone && delivery!.LastUpdatedAt - delivery.CreatedAt < Day)
            {
                yield return $"{owed.Delivery} was given up after {delivery.LastUpdatedAt - delivery.CreatedAt}";
            }

            if (isDead != facts.Blobs.ContainsKey($"notices/{owed.Delivery}"))
            {
                yield return $"{owed.Delivery} is {(isDead ? "given up and not listed" : "listed as given up and is not")}";
            }
        }
    }

    public static IEnumerable<string> NothingElse(Facts facts)
    {
        var owed = Owed(facts).Select(static notice => (notice.Hook.Id, notice.Subject, notice.Type)).ToHashSet();
        return facts
            .Received.Where(notice => !owed.Contains((notice.Hook, notice.Subject, notice.Type)))
            .Select(static notice => $"{notice.Hook} was told of {notice.Type} of {notice.Subject}");
    }

    /// <summary>All tries to deliver one notice are the same message, and no two notices are.</summary>
    public static IEnumerable<string> OneMessage(Facts facts)
    {
        foreach (var notice in facts.Received.GroupBy(static notice => (notice.Subject, notice.Type)))
        {
            if (notice.Select(static one => (one.MessageId, one.Payload)).Distinct().Count() > 1)
            {
                yield return $"{notice.Key.Type} of {notice.Key.Subject} came as {string.Join(", ", notice.Select(static one => one.MessageId).Distinct())}";
            }
        }

        foreach (
            var id in facts
                .Received.GroupBy(static notice => notice.MessageId)
                .Where(static id => id.Select(static one => (one.Subject, one.Type)).Distinct().Count() > 1)
        )
        {
            yield return $"{id.Key} stands for several notices";
        }
    }

    private static IEnumerable<OwedNotice> Owed(Facts facts)
    {
        var runs = facts.Plans.Select(static plan => (plan.Key, plan.Value.Hook, Prefix: "run."));
        var batches = facts.Life.Observer.Batches.Select(static batch => (batch.Key, batch.Value.Hook, Prefix: "batch."));
        foreach (var (id, hook, prefix) in runs.Concat(batches))
        {
            if (hook is null || facts.Instances.GetValueOrDefault(id) is not { } instance || Facts.OutcomeOf(instance) is not { } outcome)
            {
                continue;
            }

            if (hook.Wants(prefix + (string?)Facts.Get(outcome, "Status")))
            {
                yield return new OwedNotice(hook, id, prefix + (string?)Facts.Get(outcome, "Status"), $"{id}~notice");
            }

            var isChecked =
                (bool?)Facts.Get(outcome, "IsChecked") == true || Facts.Get(Facts.Get(outcome, "Verdicts"), "pending") is not null;
            if (isChecked && hook.Wants(prefix + "checked"))
            {
                yield return new OwedNotice(hook, id, prefix + "checked", $"{id}~notice-checked");
            }
        }
    }

    /// <param name="Delivery">The orchestration that delivers it.</param>
    private sealed record OwedNotice(HookPlan Hook, string Subject, string Type, string Delivery);
}

using ComputeHorde.DurableTask.Sqlite.Storage;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Rules;

/// <summary>Holds the facts of all sides against the rules when a life is over.</summary>
internal static class Checker
{
    private static readonly IReadOnlyList<(string Rule, Func<Facts, IEnumerable<string>> Check)> All =
    [
        ("ends once", RunRules.EndsOnce),
        ("a run hears of its job", RunRules.HearsInTime),
        ("at most one paid job an attempt", PaymentRules.OneJobAnAttempt),
        ("no more paid jobs than the policy allows", PaymentRules.WithinPolicy),
        ("no attempt without a claim", PaymentRules.Claimed),
        ("cancelled runs stop buying", PaymentRules.StopsBuying),
        ("nothing that was paid is denied", OutcomeRules.NothingPaidIsDenied),
        ("no paid result is lost", OutcomeRules.NoPaidResultIsLost),
        ("runs fail by policy only", OutcomeRules.FailsByPolicyOnly),
        ("results are intact", ResultRules.Intact),
        ("reports are about cheats", CheckRules.OnlyCheats),
        ("every mismatch is reported once", CheckRules.ReportedOnce),
        ("cheats that are checked are found", CheckRules.Found),
        ("every line is accounted for", BatchRules.Complete),
        ("specifications run or are refused", SpecificationRules.RunOrRefused),
        ("schedules lose nothing", SpecificationRules.EachMoment),
        ("nothing runs that nobody asked for", SpecificationRules.AskedFor),
        ("every end is told", NoticeRules.Told),
        ("nothing else is told", NoticeRules.NothingElse),
        ("one notice is one message", NoticeRules.OneMessage),
        ("no more in flight than the limit", LimitRules.NeverMore),
        ("nothing is left behind", LeftoverRules.Nothing),
        ("no secret anywhere", SecretRules.Nowhere),
    ];

    public static IReadOnlySet<string> HoldOnForgetfulStorage { get; } =
        new HashSet<string>
        {
            "at most one paid job an attempt",
            "reports are about cheats",
            "evidence before the report",
            "no secret anywhere",
        };

    public static async Task<Facts> CheckAsync(Life life, IDurableStore store)
    {
        var facts = await Facts.ReadAsync(life, store);
        foreach (var (rule, check) in All)
        {
            foreach (var broken in check(facts))
            {
                life.Observer.Break(rule, broken);
            }
        }

        return facts;
    }
}

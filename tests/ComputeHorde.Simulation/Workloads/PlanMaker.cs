namespace ComputeHorde.Simulation.Workloads;

/// <summary>Makes up what callers want, by seed.</summary>
internal static class PlanMaker
{
    /// <summary>What can become of one attempt.</summary>
    private static readonly string[] Fates =
    [
        "ok",
        "ok",
        "ok",
        "ok",
        "ok",
        "slow:3",
        "disorder",
        "duplicate",
        "status:thinking",
        "rejected:busy",
        "rejected:busy",
        "rejected:no_miner_for_job",
        "rejected:no_miner_for_job:NotEnoughAllowanceException",
        "rejected:invalid_signature",
        "rejected:validator_blacklisted",
        "failed:nonzero_return_code:3",
        "failed:timeout",
        "failed:execution_timed_out",
        "failed:upload_failed",
        "horde_failed:executor_disconnected",
        "horde_failed:executor_spinup_failed",
        "horde_failed:generic_error",
        "stuck:sent",
        "stuck:received",
        "stuck:volumes_ready",
        "late:90",
        "late:5",
        "evict",
        "evict:accepted",
        "slow:received:100",
        "drop",
        "reset",
        "stored-error",
        "stored-error:500",
        "error:500",
        "error:403",
        "error:401",
        "error:404",
        "delay:40",
        "store-late:20",
        "store-late:50",
        "drop+rejected:busy",
        "delay:35+horde_failed:generic_error",
        "stored-error+stuck:received",
    ];

    private static readonly string[] TrustedFates =
    [
        "ok",
        "ok",
        "ok",
        "rejected:busy,ok",
        "horde_failed:generic_error,ok",
        "drop,ok",
        "stuck:sent,ok",
        "store-late:20",
        "delay:40,drop",
    ];

    /// <param name="random">For what callers want.</param>
    /// <param name="more">For who is told, and who is limited; apart from the other, so that the one leaves the other as it was.</param>
    /// <param name="third">For whose trusted copies are false, and who repeats what has ended; apart again.</param>
    /// <param name="isLimited">Whether runs of a namespace wait for each other.</param>
    public static IReadOnlyList<Plan> Make(Random random, Random more, Random third, bool isLimited)
    {
        var plans = Make(random).ConvertAll(plan => WithStill(third, WithMore(more, plan, isLimited)));
        if (more.Next(8) == 0)
        {
            plans.Add(Schedule(more));
        }

        return plans;
    }

    private static List<Plan> Make(Random random)
    {
        var plans = new List<Plan>();
        var count = 1 + random.Next(4);
        for (var number = 1; number <= count; number++)
        {
            plans.Add(
                random.Next(10) switch
                {
                    0 or 1 => Batch(random, number),
                    2 => Specification(random, number),
                    _ => Run(random, number),
                }
            );
        }

        return plans;
    }

    /// <summary>Callers of a limited namespace come close after each other.</summary>
    private static Plan WithMore(Random more, Plan plan, bool isLimited) =>
        (isLimited ? plan with { StartsAfter = plan.StartsAfter / 5 } : plan) switch
        {
            RunPlan run => run with { Job = WithMore(more, run.Job, 1, isLimited) },
            BatchPlan batch => batch with
            {
                Hook = Hook(more, batch.Id, "batch.completed", 1),
                Jobs = [.. batch.Jobs.Select(job => WithMore(more, job, 4, isLimited))],
            },
            SpecificationPlan blob => blob with
            {
                Job = WithMore(more, blob.Job, 1, isLimited),
                Then = blob.Then is { } then ? WithMore(more, then, 1, isLimited) : null,
            },
            _ => plan,
        };

    private static Plan WithStill(Random third, Plan plan) =>
        plan switch
        {
            RunPlan run => run with { Job = WithStill(third, run.Job), IsRepeated = third.Next(5) == 0 },
            BatchPlan batch => batch with { Jobs = [.. batch.Jobs.Select(job => WithStill(third, job))] },
            SpecificationPlan blob => blob with { Job = WithStill(third, blob.Job) },
            _ => plan,
        };

    /// <summary>A trusted copy of an honest job may be false, once: nobody is accused by it alone.</summary>
    private static JobPlan WithStill(Random third, JobPlan job) =>
        third.Next(4) == 0 && job.Sampling is not null && !job.Cheats ? job with { Script = job.Script.Split('/')[0] + "/cheat,ok" } : job;

    private static JobPlan WithMore(Random more, JobPlan job, int oneIn, bool isLimited) =>
        job with
        {
            Hook = Hook(more, job.Word, "run.completed", oneIn),
            Namespace = isLimited && more.Next(3) > 0 ? JobPlan.LimitedNamespace : job.Namespace,

            // Who waits for a place waits for somebody who takes his time.
            Script =
                isLimited && job.Script.StartsWith("ok", StringComparison.Ordinal)
                    ? "slow:execution_done:80" + job.Script[2..]
                    : job.Script,
        };

    private static HookPlan? Hook(Random more, string id, string end, int oneIn) =>
        more.Next(oneIn) > 0
            ? null
            : new HookPlan(id)
            {
                Events = more.Next(5) == 0 ? [end, end.Split('.')[0] + ".checked"] : null,
                IsAwayFor = more.Next(120) switch
                {
                    0 => TimeSpan.FromHours(25),
                    < 12 => TimeSpan.FromMinutes(200 * more.NextDouble()),
                    _ => TimeSpan.Zero,
                },
                IsGone = more.Next(20) == 0,
            };

    private static RunPlan Run(Random random, int number) =>
        new($"run-{number}", Job(random, $"word{number}"))
        {
            StartsAfter = TimeSpan.FromSeconds(random.NextDouble() * 300),
            CancelsAfter = random.Next(6) == 0 ? TimeSpan.FromSeconds(random.NextDouble() * 400) : null,
            SendsTwice = random.Next(4) == 0,
        };

    private static BatchPlan Batch(Random random, int number) =>
        new(
            $"batch-{number}",
            [.. Enumerable.Range(1, 2 + random.Next(6)).Select(line => Job(random, $"word{number}-{line}"))],
            Pick(random, Door.Http, Door.Queue, Door.Blob)
        )
        {
            StartsAfter = TimeSpan.FromSeconds(random.NextDouble() * 200),
            MaxParallel = 1 + random.Next(6),
            IsStrict = random.Next(5) == 0,
            PausesAfter = random.Next(5) == 0 ? TimeSpan.FromSeconds(random.NextDouble() * 200) : null,
            CancelsAfter = random.Next(5) == 0 ? TimeSpan.FromSeconds(random.NextDouble() * 500) : null,
        };

    private static SpecificationPlan Specification(Random random, int number) =>
        new($"spec-{number}", Job(random, $"word{number}"))
        {
            StartsAfter = TimeSpan.FromSeconds(random.NextDouble() * 300),
            Then = random.Next(4) == 0 ? Job(random, $"word{number}-again") : null,
        };

    private static SchedulePlan Schedule(Random more) =>
        new("schedule", Job(more, "scheduled"), Pick(more, 10, 15, 20, 30))
        {
            StartsAfter = TimeSpan.FromSeconds(more.NextDouble() * 200),
            JitterSeconds = more.Next(3) == 0 ? more.Next(60) : 0,
            CatchUpSeconds = Pick(more, 300, 10_000, 10_000),
        };

    private static JobPlan Job(Random random, string word)
    {
        var isChecked = random.Next(3) == 0;
        var attempts = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Pick(random, Fates)).ToList();
        if (isChecked && random.Next(2) == 0)
        {
            attempts.Add("cheat");
        }
        else if (random.Next(3) > 0)
        {
            attempts.Add("ok");
        }

        return new JobPlan
        {
            Word = word,
            Script = string.Join(',', attempts) + (isChecked ? "/" + Pick(random, TrustedFates) : ""),
            ExecutionSeconds = random.Next(5) == 0 ? 3600 : 60,
            Outputs = random.Next(3) == 0 ? 1 + random.Next(2) : 0,
            MaxAttempts = 1 + random.Next(4),
            TimeoutSeconds = random.Next(10) == 0 ? 60 + random.Next(1200) : null,
            Sampling = isChecked ? Pick(random, "always", "always", "rate", "budgeted") : null,
            Namespace = random.Next(4) == 0 ? JobPlan.LimitedNamespace : "",
            MaxInFlight = random.Next(6) == 0 ? 1 : null,
            IsValid = random.Next(25) > 0,
        };
    }

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
}

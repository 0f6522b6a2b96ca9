namespace ComputeHorde.Simulation.Mutations;

/// <summary>A fault put into a source file of the application.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">The file, from the folder of the application's sources on.</param>
/// <param name="Original">The text that is replaced; it stands there once.</param>
/// <param name="Replacement">What takes its place. <c>{0}</c> is true where this mutation is switched on.</param>
internal sealed record Mutation(string Name, string File, string Original, string Replacement)
{
    public const string Class = "SimulatedMutation";

    public static IReadOnlyList<IReadOnlyList<Mutation>> All { get; } =
    [
        [
            new(
                "claim after the request",
                "Runs/HordeMarket.cs",
                "await held.NoteRequestAsync(token);",
                "if (!{0}) { await held.NoteRequestAsync(token); }"
            ),
            new(
                "claim after the request",
                "Runs/HordeMarket.cs",
                "if (created.StreamingCertificate != certificate)",
                "if ({0}) { await held.NoteRequestAsync(cancellationToken); }\n        if (created.StreamingCertificate != certificate)"
            ),
        ],
        [
            new(
                "no look-up",
                "Runs/HordeMarket.cs",
                "LookUpFirst = !IsFirst(input, held.Claim) || clock.HasJumped(),",
                "LookUpFirst = !{0} && (!IsFirst(input, held.Claim) || clock.HasJumped()),"
            ),
            new(
                "no look-up",
                "Runs/HordeMarket.cs",
                "if (held.IsInDoubt || doubt > TimeSpan.Zero ||",
                "if ((!{0} && held.IsInDoubt) || doubt > TimeSpan.Zero ||"
            ),
        ],
        [
            new(
                "claim not settled",
                "Runs/SettleRun.cs",
                "await claims.SettleAsync(attempt, cancellationToken);",
                "if (!{0}) { await claims.SettleAsync(attempt, cancellationToken); }"
            ),
        ],
        [
            new(
                "job still watched",
                "Runs/SettleRun.cs",
                "await watchList.RemoveAsync(attempt, cancellationToken);",
                "if (!{0}) { await watchList.RemoveAsync(attempt, cancellationToken); }"
            ),
        ],
        [
            new(
                "report before the evidence",
                "Checks/CheckCourse.cs",
                "await AskAsync<LedgerEntry>(CheckPhases.Recording, nameof(RecordCheat), cheat, isStoppable: false);",
                "if (!{0}) { await AskAsync<LedgerEntry>(CheckPhases.Recording, nameof(RecordCheat), cheat, isStoppable: false); }"
            ),
            new(
                "report before the evidence",
                "Checks/ReportCheat.cs",
                "await ledger.RequireAsync(cheat, cancellationToken);",
                "if (!{0}) { await ledger.RequireAsync(cheat, cancellationToken); }"
            ),
            new(
                "report before the evidence",
                "Checks/ReportCheat.cs",
                "await ledger.AppendReportAsync(cheat, status, cancellationToken);",
                "if ({0}) { await ledger.RecordAsync(cheat, cancellationToken); }\n            await ledger.AppendReportAsync(cheat, status, cancellationToken);"
            ),
        ],
        [
            new(
                "event dropped",
                "Runs/PollJobs.cs",
                "await durable.RaiseEventAsync(job.Key.InstanceId, JobUpdate.EventName, update, cancellationToken);",
                "if (!{0}) { await durable.RaiseEventAsync(job.Key.InstanceId, JobUpdate.EventName, update, cancellationToken); }"
            ),
        ],
        [
            new(
                "notice forgotten at a death",
                "Notices/StartNotice.cs",
                "return OrchestrationStarter.TryStartAsync(durable, input.InstanceId, nameof(DeliverNotice), input, cancellationToken);",
                """
                var started = OrchestrationStarter.TryStartAsync(durable, input.InstanceId, nameof(DeliverNotice), input, cancellationToken);
                return {0} ? Task.FromResult(true) : started;
                """
            ),
        ],
        [
            new(
                "notice not tried again",
                "Notices/DeliverNotice.cs",
                "if (sent.Status == SendStatus.Delivered)",
                "if (sent.Status == SendStatus.Delivered || ({0} && sent.Status == SendStatus.Failed))"
            ),
        ],
        [
            new(
                "notice before the end",
                "Notices/SendNotice.cs",
                "if (await durable.GetInstanceAsync(input.Source, cancellationToken) is { IsCompleted: false })",
                "if (!{0} && await durable.GetInstanceAsync(input.Source, cancellationToken) is { IsCompleted: false })"
            ),
        ],
        [
            new(
                "another message at each try",
                "Notices/SendNotice.cs",
                "return await sender.PostAsync(address, input.MessageId, input.Payload, cancellationToken);",
                "return await sender.PostAsync(address, {0} ? $\"msg_{Guid.NewGuid():N}\" : input.MessageId, input.Payload, cancellationToken);"
            ),
        ],
        [
            new(
                "places counted once a round",
                "Limits/Admission.cs",
                "inFlight[name] = inFlight.GetValueOrDefault(name) + 1;",
                "inFlight[name] = inFlight.GetValueOrDefault(name) + ({0} ? 0 : 1);"
            ),
        ],
        [
            new(
                "place taken from a run under way",
                "Limits/Admission.cs",
                "if (await durable.GetInstanceAsync(run, cancellationToken) is null or { IsCompleted: true })",
                "if ({0} || await durable.GetInstanceAsync(run, cancellationToken) is null or { IsCompleted: true })"
            ),
        ],
        [
            new(
                "accused after one copy",
                "Checks/CheckCourse.cs",
                "var isConfirmed = again.Verdict == Verdicts.Mismatch",
                "var isConfirmed = {0} || again.Verdict == Verdicts.Mismatch"
            ),
        ],
        [
            new(
                "an attempt more",
                "Runs/RunCourse.cs",
                "run.Paid >= run.Policy.MaxAttempts)",
                "run.Paid >= run.Policy.MaxAttempts + ({0} ? 1 : 0))"
            ),
        ],
        [
            new(
                "an attempt fewer",
                "Runs/RunCourse.cs",
                "if (!IsWorthAnother(failure) ||",
                "if (({0} && run.Paid > 1) || !IsWorthAnother(failure) ||"
            ),
        ],
        [
            new(
                "secret in the log",
                "Runs/HordeMarket.cs",
                "logger.JobCreated(input.Key.Tag, created.Job.Uuid);",
                "logger.JobCreated(input.Key.Tag, {0} ? string.Join(',', spec.Env.Values) : created.Job.Uuid);"
            ),
        ],
    ];

    public string Switch => $"{Class}.Name == \"{Name}\"";
}

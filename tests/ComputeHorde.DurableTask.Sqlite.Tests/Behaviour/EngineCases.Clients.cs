using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using static ComputeHorde.DurableTask.Sqlite.Tests.Behaviour.EngineRun;
using static Microsoft.DurableTask.Client.OrchestrationRuntimeStatus;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Behaviour;

/// <summary>What clients do to instances that are there, that have ended, and that never were.</summary>
internal sealed partial class EngineCases
{
    private static EngineCase[] Clients() =>
        [
            new(
                "raise-to-unknown",
                async run => await TryAsync(() => run.Client.RaiseEventAsync(run.Id, "go", "x")) + " " + await run.StatusAsync(),
                "ok none"
            ),
            new(
                "raise-to-ended",
                async run =>
                {
                    var end = await run.RunAsync("echo", "x");
                    return $"{await TryAsync(() => run.Client.RaiseEventAsync(run.Id, "go", "x"))} {end} {await run.StatusAsync()}";
                },
                "ok Completed \"x\" Completed"
            ),
            new(
                "suspend-unknown",
                async run => $"{await TryAsync(() => run.Client.SuspendInstanceAsync(run.Id))} {await run.StatusAsync()}",
                "ok none"
            ),
            new(
                "resume-unknown",
                async run => $"{await TryAsync(() => run.Client.ResumeInstanceAsync(run.Id))} {await run.StatusAsync()}",
                "ok none"
            ),
            new(
                "terminate-unknown",
                async run => $"{await TryAsync(() => run.Client.TerminateInstanceAsync(run.Id))} {await run.StatusAsync()}",
                "ok none"
            ),
            new(
                "steer-ended",
                async run =>
                {
                    await run.RunAsync("echo", "x");
                    var suspended = await TryAsync(() => run.Client.SuspendInstanceAsync(run.Id, "why"));
                    var resumed = await TryAsync(() => run.Client.ResumeInstanceAsync(run.Id, "why"));
                    var terminated = await TryAsync(() => run.Client.TerminateInstanceAsync(run.Id, "why"));
                    await Task.Delay(500);
                    return $"{suspended} {resumed} {terminated} {await run.EndAsync()}";
                },
                "ok ok ok Completed \"x\""
            ),
            new(
                "terminate-with-output",
                async run =>
                {
                    await run.StartedAsync("wait");
                    await run.Client.TerminateInstanceAsync(run.Id, "enough");
                    return await run.EndAsync();
                },
                "Terminated \"enough\""
            ),
            new(
                "terminate-without-output",
                async run =>
                {
                    await run.StartedAsync("wait");
                    await run.Client.TerminateInstanceAsync(run.Id);
                    return await run.EndAsync();
                },
                "Terminated "
            ),
            new(
                "terminate-suspended",
                async run =>
                {
                    await run.StartedAsync("wait");
                    await run.Client.SuspendInstanceAsync(run.Id);
                    await run.UntilAsync(Suspended);
                    await run.Client.TerminateInstanceAsync(run.Id, "enough");
                    return await run.EndAsync();
                },
                "Terminated \"enough\""
            ),
            new(
                "suspend-holds-events",
                async run =>
                {
                    await run.StartedAsync("wait");
                    await run.Client.SuspendInstanceAsync(run.Id, "why");
                    await run.UntilAsync(Suspended);
                    await run.Client.RaiseEventAsync(run.Id, "go", "held");
                    await Task.Delay(500);
                    var held = await run.StatusAsync();
                    await run.Client.ResumeInstanceAsync(run.Id, "why");
                    return $"{held} {await run.EndAsync()}";
                },
                "Suspended Completed \"held\""
            ),
            new(
                "resume-running",
                async run =>
                {
                    await run.StartedAsync("wait");
                    await run.Client.ResumeInstanceAsync(run.Id);
                    await run.Client.RaiseEventAsync(run.Id, "go", "on");
                    return await run.EndAsync();
                },
                "Completed \"on\""
            ),
            new("purge-unknown", async run => $"{(await run.Client.PurgeInstanceAsync(run.Id)).PurgedInstanceCount}", "0"),
            new(
                "purge-ended",
                async run =>
                {
                    await run.RunAsync("echo", "x");
                    return $"{(await run.Client.PurgeInstanceAsync(run.Id)).PurgedInstanceCount} {await run.StatusAsync()}";
                },
                "1 none"
            ),
            new(
                "purge-live",
                async run =>
                {
                    await run.StartedAsync("wait");
                    var purged = (await run.Client.PurgeInstanceAsync(run.Id)).PurgedInstanceCount;
                    return $"{purged} {await run.StatusAsync()}";
                },
                "0 Running"
            )
            {
                OnRealEngine = "1 none",
            },
            new(
                "purged-id-starts-anew",
                async run =>
                {
                    await run.RunAsync("echo", "first");
                    await run.Client.PurgeInstanceAsync(run.Id);
                    return await run.RunAsync("echo", "second");
                },
                "Completed \"second\""
            ),
            new(
                "start-of-ended-id",
                async run =>
                {
                    await run.RunAsync("echo", "first");
                    await run.StartAsync("echo", "second");
                    await run.UntilAsync(run.Id, found => found?.SerializedOutput == "\"second\"");
                    return await run.EndAsync();
                },
                "Completed \"second\""
            ),
            new(
                "start-of-ended-id-that-is-kept",
                async run =>
                {
                    await run.RunAsync("echo", "first");
                    var refused = await TryAsync(() => run.StartAsync("echo", "second", Keeping(Completed)));
                    return $"{refused} {await run.EndAsync()}";
                },
                "OrchestrationAlreadyExistsException Completed \"first\""
            ),
            new(
                "start-of-live-id-that-is-kept",
                async run =>
                {
                    await run.StartedAsync("wait");
                    var refused = await TryAsync(() => run.StartAsync("echo", "second", Keeping(Running, Pending, Suspended)));
                    return $"{refused} {await run.StatusAsync()}";
                },
                "OrchestrationAlreadyExistsException Running"
            ),
            new(
                "start-of-failed-id-that-is-free",
                async run =>
                {
                    await run.StartedAsync("wait");
                    await run.Client.TerminateInstanceAsync(run.Id);
                    await run.EndAsync();
                    await run.StartAsync("echo", "second", Keeping(Running, Pending, Suspended, Completed));
                    await run.UntilAsync(run.Id, found => found?.SerializedOutput == "\"second\"");
                    return await run.EndAsync();
                },
                "Completed \"second\""
            ),
            new(
                "start-later",
                async run =>
                {
                    var at = DateTimeOffset.UtcNow.AddSeconds(2);
                    await run.StartAsync("start-later", null, new StartOrchestrationOptions { StartAt = at });
                    var before = await run.StatusAsync();
                    await run.EndAsync();
                    var end = (await run.Client.GetInstanceAsync(run.Id, getInputsAndOutputs: true))!;
                    return $"{before} {end.ReadOutputAs<DateTime>() >= at.UtcDateTime.AddMilliseconds(-50)}";
                },
                "Pending True",
                tasks => tasks.AddOrchestratorFunc("start-later", context => context.CurrentUtcDateTime)
            ),
            new(
                "metadata",
                async run =>
                {
                    await run.StartAsync(
                        "echo",
                        "x",
                        new StartOrchestrationOptions { Tags = new Dictionary<string, string> { ["team"] = "blue" } }
                    );
                    await run.EndAsync();
                    var with = (await run.Client.GetInstanceAsync(run.Id, getInputsAndOutputs: true))!;
                    return $"{with.Name} {with.SerializedInput} {with.SerializedOutput} {with.Tags["team"]} {with.CreatedAt <= with.LastUpdatedAt}";
                },
                "echo \"x\" \"x\" blue True"
            ),
            new(
                "query-by-prefix-and-status",
                async run =>
                {
                    foreach (var suffix in new[] { "-a", "-b", "-c" })
                    {
                        await run.StartAsync(suffix == "-c" ? "wait" : "echo", "x", new StartOrchestrationOptions(run.Id + suffix));
                    }

                    await run.EndAsync(run.Id + "-a");
                    await run.EndAsync(run.Id + "-b");
                    List<string> found = [];
                    await foreach (
                        var instance in run.Client.GetAllInstancesAsync(
                            new OrchestrationQuery
                            {
                                InstanceIdPrefix = run.Id,
                                Statuses = [Completed],
                                PageSize = 1,
                            }
                        )
                    )
                    {
                        found.Add(instance.InstanceId[run.Id.Length..]);
                    }

                    return string.Concat(found.Order());
                },
                "-a-b"
            ),
        ];

    private static StartOrchestrationOptions Keeping(params OrchestrationRuntimeStatus[] statuses) =>
        new StartOrchestrationOptions().WithDedupeStatuses(statuses);
}

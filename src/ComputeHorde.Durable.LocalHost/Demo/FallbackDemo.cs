using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.LocalHost.Demo.Answers;

namespace ComputeHorde.Durable.LocalHost.Demo;

/// <summary>
/// A job that ComputeHorde has no room for, on another cloud: rented, run, paid for and ended. Every claim it prints, it has checked.
/// </summary>
internal sealed class FallbackDemo(LocalStack stack, DemoView view)
{
    private const string Output = "/output/report.txt";

    // The emulated machine's folders lie below a temporary one; the wrapper tells the job where.
    private const string Program = "sort \"$CH_VOLUME/input/words.txt\" >\"$CH_OUTPUT/report.txt\"; sha256sum <\"$CH_OUTPUT/report.txt\"";

    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var address = stack.Functions.ApiAddress;
        view.Heading("A ComputeHorde without room, and another cloud");
        view.Facts([
            ("Functions", $"{address}jobs"),
            ("Facilitator", $"{stack.Emulator!.BaseAddress}  (emulator)"),
            ("RunPod", $"{stack.Cloud!.RunPod}  (emulator: pods are processes of this machine)"),
        ]);

        using var api = new DemoApi(address);
        var id = "demo-" + Guid.NewGuid().ToString("N")[..8];
        stack.Emulator.SetBehaviourForTag(id + "#", "rejected:no_miner_for_job");
        view.Heading($"POST {stack.Functions.ApiAddress.AbsolutePath}jobs   Idempotency-Key: {id}   policy.fallback: on_unavailable");
        await api.StartAsync(id, Job(), cancellationToken);
        var run = await view.FollowAsync(api.RunAsync(id, cancellationToken));
        if (run.Outcome is not { Status: "completed", Fallback: { } terms } outcome)
        {
            view.Check(passed: false, $"the run ended as '{run.Status}': {run.Outcome?.Failure?.Message ?? run.Error}");
            return false;
        }

        var manifest = await api.GetAsync<ResultAnswer>($"jobs/{id}/result", cancellationToken);
        var bytes = await api.GetBytesAsync($"jobs/{id}/result?part={Output}", cancellationToken);
        var stdout = await api.GetTextAsync($"jobs/{id}/result?part=stdout", cancellationToken);
        var machine = stack.Cloud.Machines[0];
        view.Heading("Result");
        view.Facts([
            ("Executed on", $"fallback: {terms.Provider}, {machine.Name}"),
            (
                "Price",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{terms.UsdPerHour} USD an hour; at most {terms.CostBoundUsd} USD, computed before"
                )
            ),
            ("Cost", string.Create(CultureInfo.InvariantCulture, $"{terms.CostUsd:0.000000} USD")),
            ("Turned away", $"{outcome.TurnedAway} times by ComputeHorde, at no cost"),
            ("Output", $"{Output}  {manifest.Outputs[Output].Size} bytes"),
        ]);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return Check(
                stdout.StartsWith(hash, StringComparison.Ordinal) && manifest.Outputs[Output].Sha256 == hash,
                "the output that the machine uploaded has the hash that its job printed"
            )
            & Check(stack.Cloud is { Machines: [{ Executions: 1 }], Costing: [] }, "one machine was rented, ran the job once, and is gone")
            & Check(
                terms.CostUsd > 0 && machine.CostUsd <= terms.CostBoundUsd,
                "what it cost, by the meter of the cloud, is within the bound"
            );
    }

    private JsonObject Job()
    {
        var job = DemoJob.Request(Output);
        job["docker_image"] = $"{stack.Cloud!.Registry}/tools/shell:1";
        job["args"] = new JsonArray("/bin/sh", "-c", Program);
        job.Remove("cross_validation");
        job["policy"] = new JsonObject
        {
            ["fallback"] = "on_unavailable",
            ["capacity_timeout_seconds"] = 2,
            ["backoff_seconds"] = 0.2,
            ["timeout_seconds"] = 110,
        };
        return job;
    }

    private bool Check(bool passed, string text)
    {
        view.Check(passed, text);
        return passed;
    }
}

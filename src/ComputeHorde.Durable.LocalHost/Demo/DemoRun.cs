using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using ComputeHorde.Durable.LocalHost.Demo.Answers;

namespace ComputeHorde.Durable.LocalHost.Demo;

/// <summary>
/// The demo: a job over HTTP, from the request to the downloaded output; a cheat, caught; a batch. Every claim it prints, it has checked.
/// </summary>
internal sealed class DemoRun(LocalStack stack, DemoView view)
{
    private const string Output = "/output/report.txt",
        Queue = "batches",
        Container = "jobs";
    private const int Lines = 24,
        LineRejected = 7,
        LineDropped = 11,
        LineBroken = 18;

    /// <summary>Runs it.</summary>
    /// <returns>Whether all of it really happened.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var address = stack.Functions.ApiAddress;
        view.Heading("A whole ComputeHorde on this machine");
        view.Facts([
            ("Functions", $"{address}jobs"),
            ("Facilitator", $"{stack.Emulator!.BaseAddress}  (emulator)"),
            ("Storage", $"{stack.Storage!.BlobEndpoint}  (in this process)"),
        ]);

        using var api = new DemoApi(address);
        var passed =
            await RunJobAsync(api, cancellationToken)
            && await CatchCheatAsync(api, cancellationToken)
            && await RunBatchAsync(api, cancellationToken);
        view.Heading("Where to look next");
        view.Facts([
            ("Serve it", "dotnet run --project src/ComputeHorde.Durable.LocalHost -- serve"),
            ("The emulator", "dotnet run --project src/ComputeHorde.Durable.LocalHost -- emulator   (then open its page in a browser)"),
            ("All options", "dotnet run --project src/ComputeHorde.Durable.LocalHost -- --help"),
            ("How it works", "README.md"),
        ]);
        return passed;
    }

    /// <summary>One job from the request to its checked result.</summary>
    private async Task<bool> RunJobAsync(DemoApi api, CancellationToken cancellationToken)
    {
        var id = NewId();
        view.Heading($"POST {stack.Functions.ApiAddress.AbsolutePath}jobs   Idempotency-Key: {id}");
        await api.StartAsync(id, DemoJob.Request(Output), cancellationToken);
        await api.StartAsync(id, DemoJob.Request(Output), cancellationToken);
        var run = await view.FollowAsync(api.RunAsync(id, cancellationToken));
        if (run.Outcome is not { Status: "completed", Result: not null } outcome)
        {
            return Check(false, $"the run ended as '{run.Status}': {run.Outcome?.Failure?.Message ?? run.Error}");
        }

        var manifest = await api.GetAsync<ResultAnswer>($"jobs/{id}/result", cancellationToken);
        var stdout = await api.GetTextAsync($"jobs/{id}/result?part=stdout", cancellationToken);
        var output = manifest.Outputs[Output];
        var bytes = await api.GetBytesAsync($"jobs/{id}/result?part={Output}", cancellationToken);
        var check = await api.VerdictAsync(id, cancellationToken);
        var paid = PaidFor(id + "#");
        view.Heading("Result");
        view.Facts([
            ("Job", outcome.JobUuid!),
            ("Stdout", Shorten(stdout)),
            ("Artifacts", manifest.Artifacts.Count == 0 ? "none" : string.Join(", ", manifest.Artifacts.Keys)),
            ("Output", $"{Output}  {output.Size} bytes"),
            ("SHA-256", output.Sha256!),
            ("Trusted miner", $"{check.Verdict}: {check.Reason}"),
            (
                "Paid",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{paid} job(s), one of them the copy on the trusted miner; {outcome.ExecutorSeconds:0.0} executor seconds"
                )
            ),
        ]);
        var passed = Check(
            paid == outcome.Attempts.Count + 1,
            $"the facilitator stored {outcome.Attempts.Count} job(s) and one copy, though the run was started twice"
        );
        passed &= Check(
            Convert.ToHexStringLower(SHA256.HashData(bytes)) == output.Sha256,
            "the uploaded output, downloaded through a presigned URL, has the hash of the outcome"
        );
        passed &= Check(
            stdout.Length > 0 && manifest.Stdout.Sha256 == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(stdout))),
            "the standard output is intact"
        );
        return passed & Check(check.Verdict == "match", "the trusted miner's copy has the same artifacts and outputs");
    }

    /// <summary>The same job on a miner that returns something plausible and wrong.</summary>
    private async Task<bool> CatchCheatAsync(DemoApi api, CancellationToken cancellationToken)
    {
        var id = NewId();
        stack.Emulator!.SetBehaviourForTag(id + "#", "cheat");
        view.Heading("The same job on a miner that cheats");
        await api.StartAsync(id, DemoJob.Request(Output), cancellationToken);
        var run = await view.FollowAsync(api.RunAsync(id, cancellationToken));
        if (run.Outcome is not { JobUuid: { } job, IsChecked: true })
        {
            return Check(false, $"the run ended as '{run.Status}': {run.Outcome?.Failure?.Message ?? run.Error}");
        }

        var validation = await api.VerdictAsync(id, cancellationToken);
        view.Facts([
            ("Verdict", $"{validation.Verdict}: {validation.Reason}"),
            ("Confirmed by", string.Join(", ", validation.TrustedJobUuids)),
            ("Report", $"{validation.Report} by the facilitator; the evidence is in the ledger"),
        ]);
        var passed = Check(
            validation is { Verdict: "mismatch", IsConfirmed: true },
            "the cheat was caught, and confirmed by a second trusted run"
        );
        return passed
            & Check(
                stack.Emulator.CheatReports is [{ ActuallyCheated: true } report] && report.JobUuid.ToString() == job,
                "the facilitator has one report, about the job that was falsified"
            );
    }

    /// <summary>A batch as it comes: a miner that is busy, an answer that is lost, a line that is wrong.</summary>
    private async Task<bool> RunBatchAsync(DemoApi api, CancellationToken cancellationToken)
    {
        var id = NewId();
        stack.Emulator!.SetBehaviourForTag($"{id}~{LineRejected}#", "rejected:busy,ok");
        stack.Emulator.SetBehaviourForTag($"{id}~{LineDropped}#", "drop");
        view.Heading($"A batch of {Lines} jobs, from queue {Queue}");
        var lines = Enumerable.Range(1, Lines).Select(static line => DemoJob.Line(line, isValid: line != LineBroken).ToJsonString());
        await UploadAsync($"{id}.jsonl", string.Join('\n', lines), cancellationToken);
        await SendAsync(
            new JsonObject
            {
                ["id"] = id,
                ["jobs_blob"] = $"{id}.jsonl",
                ["max_parallel"] = 12,
            }.ToJsonString(),
            cancellationToken
        );
        var batch = await view.FollowAsync(api.BatchAsync(id, cancellationToken));
        if (batch.Summary is not { } summary)
        {
            return Check(false, $"the batch ended as '{batch.Status}': {batch.Error}");
        }

        var results = (await api.GetTextAsync($"batches/{id}/results", cancellationToken))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => AnswerJson.Read<BatchAnswer.Line>(line))
            .ToDictionary(static result => result.Number);
        view.Facts([
            ("Lines", string.Join(", ", summary.LinesByStatus.Select(static status => $"{status.Value} {status.Key}"))),
            (
                $"Line {LineRejected}",
                $"rejected by a busy miner; {results[LineRejected].Attempts} attempts, {results[LineRejected].Status}"
            ),
            (
                $"Line {LineDropped}",
                $"the facilitator's answer was lost; {results[LineDropped].Attempts} attempt, {results[LineDropped].Status}"
            ),
            ($"Line {LineBroken}", $"{results[LineBroken].Status}: {results[LineBroken].Problems?[0]}"),
            (
                "Paid",
                string.Create(CultureInfo.InvariantCulture, $"{PaidFor(id + "~")} jobs; {summary.ExecutorSeconds:0} executor seconds")
            ),
        ]);
        var passed = Check(
            results.Count == Lines
                && summary.LinesByStatus.Values.Sum() == Lines
                && summary.LinesByStatus["completed"] == Lines - 1
                && results[LineBroken].Status == "invalid",
            $"{Lines - 1} lines completed, the wrong one is named by its number, and the summary adds up"
        );
        return passed
            & Check(
                PaidFor(id + "~") == Lines && summary.Attempts == Lines - 1,
                $"{Lines} jobs were stored: one a valid line, and the one that a busy miner rejected, which is no attempt"
            );
    }

    private async Task UploadAsync(string name, string content, CancellationToken cancellationToken)
    {
        var container = new BlobServiceClient(stack.StorageConnectionString).GetBlobContainerClient(Container);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await container.GetBlobClient(name).UploadAsync(BinaryData.FromString(content), cancellationToken);
    }

    private async Task SendAsync(string message, CancellationToken cancellationToken)
    {
        var queue = new QueueServiceClient(stack.StorageConnectionString).GetQueueClient(Queue);
        await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await queue.SendMessageAsync(message, cancellationToken);
    }

    private static string NewId() => "demo-" + Guid.NewGuid().ToString("N")[..8];

    private long PaidFor(string tagPrefix) =>
        stack
            .Emulator!.Counters.PaidCreatesByTag.Where(tag => tag.Key.StartsWith(tagPrefix, StringComparison.Ordinal))
            .Sum(static tag => tag.Value);

    private bool Check(bool passed, string text)
    {
        view.Check(passed, text);
        return passed;
    }

    private static string Shorten(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= 100 ? line : line[..99] + "…";
    }
}

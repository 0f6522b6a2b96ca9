using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using ComputeHorde.Durable.LocalHost.Commands;
using ComputeHorde.Durable.Models;
using ComputeHorde.Durable.Runs;

namespace ComputeHorde.Durable.LocalHost.Demo;

/// <summary>The demo: one job over HTTP, from the request to the downloaded output. Every claim it prints, it has checked.</summary>
internal sealed class DemoRun(LocalStack stack, DemoView view)
{
    private const string Output = "/output/report.txt";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), Glance = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs it.</summary>
    /// <returns>Whether all of it really happened.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var api = new Uri(stack.Functions.BaseAddress, "api/");
        view.Heading("A whole ComputeHorde on this machine");
        view.Facts(
        [
            ("Functions", $"{api}jobs"),
            ("Facilitator", $"{stack.Emulator!.BaseAddress}  (emulator)"),
            ("Storage", $"{stack.Azurite!.BlobEndpoint}  (Azurite)"),
        ]);

        using var http = new HttpClient { BaseAddress = api, Timeout = TimeSpan.FromSeconds(30) };
        var passed = await RunJobAsync(http, cancellationToken) && await CatchCheatAsync(http, cancellationToken);
        view.Heading("Where to look next");
        view.Facts(
        [
            ("Serve it", "dotnet run --project src/ComputeHorde.Durable.LocalHost -- serve"),
            ("The emulator", "dotnet run --project src/ComputeHorde.Durable.LocalHost -- emulator   (then open its page in a browser)"),
            ("All options", "dotnet run --project src/ComputeHorde.Durable.LocalHost -- --help"),
            ("How it works", "README.md"),
        ]);
        return passed;
    }

    /// <summary>One job from the request to its checked result.</summary>
    private async Task<bool> RunJobAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var id = NewId();
        view.Heading($"POST /api/jobs   Idempotency-Key: {id}");
        var job = DemoJob.Request(Output).ToJsonString();
        await StartAsync(http, id, job, cancellationToken);
        await StartAsync(http, id, job, cancellationToken);
        var run = await view.FollowAsync(StatesAsync(http, id, cancellationToken));
        if (run.Outcome is not { Status: RunStatuses.Completed, Result: not null } outcome)
        {
            return Check(false, $"the run ended as '{run.Status}': {run.Outcome?.Failure?.Message ?? run.Error}");
        }

        var manifest = SnakeCaseJson.Read<ResultManifest>(new BinaryData(await http.GetByteArrayAsync(new Uri($"jobs/{id}/result", UriKind.Relative), cancellationToken)));
        var stdout = await http.GetStringAsync(new Uri($"jobs/{id}/result?part=stdout", UriKind.Relative), cancellationToken);
        var output = manifest.Outputs[Output];
        var bytes = await DownloadAsync(output.Blob!, cancellationToken);
        var paid = PaidFor(id + "#");
        view.Heading("Result");
        view.Facts(
        [
            ("Job", outcome.JobUuid!),
            ("Stdout", Shorten(stdout)),
            ("Artifacts", manifest.Artifacts.Count == 0 ? "none" : string.Join(", ", manifest.Artifacts.Keys)),
            ("Output", $"{Output}  {output.Size} bytes"),
            ("SHA-256", output.Sha256!),
            ("Trusted miner", $"{outcome.Validation?.Verdict}: {outcome.Validation?.Reason}"),
            ("Paid", string.Create(CultureInfo.InvariantCulture, $"{paid} job(s), one of them the copy on the trusted miner; {outcome.ExecutorSeconds:0.0} executor seconds")),
        ]);
        var passed = Check(paid == outcome.Attempts.Count + 1, $"the facilitator stored {outcome.Attempts.Count} job(s) and one copy, though the run was started twice");
        passed &= Check(Convert.ToHexStringLower(SHA256.HashData(bytes)) == output.Sha256, "the uploaded output, downloaded again, has the hash of the outcome");
        passed &= Check(stdout.Length > 0 && manifest.Stdout.Sha256 == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(stdout))), "the standard output is intact");
        return passed & Check(outcome.Validation?.Verdict == Verdicts.Match, "the trusted miner's copy has the same artifacts and outputs");
    }

    /// <summary>The same job on a miner that returns something plausible and wrong.</summary>
    private async Task<bool> CatchCheatAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var id = NewId();
        stack.Emulator!.SetBehaviourForTag(id + "#", "cheat");
        view.Heading("The same job on a miner that cheats");
        await StartAsync(http, id, DemoJob.Request(Output).ToJsonString(), cancellationToken);
        var run = await view.FollowAsync(StatesAsync(http, id, cancellationToken));
        if (run.Outcome is not { JobUuid: { } job, Validation: { } validation })
        {
            return Check(false, $"the run ended as '{run.Status}': {run.Outcome?.Failure?.Message ?? run.Error}");
        }

        view.Facts(
        [
            ("Verdict", $"{validation.Verdict}: {validation.Reason}"),
            ("Confirmed by", string.Join(", ", validation.TrustedJobUuids)),
            ("Report", $"{validation.Report} by the facilitator; the evidence is in the ledger"),
        ]);
        var passed = Check(validation is { Verdict: Verdicts.Mismatch, IsConfirmed: true }, "the cheat was caught, and confirmed by a second trusted run");
        return passed & Check(
            stack.Emulator.CheatReports is [{ ActuallyCheated: true } report] && report.JobUuid.ToString() == job, "the facilitator has one report, about the job that was falsified");
    }

    private static string NewId() => "demo-" + Guid.NewGuid().ToString("N")[..8];

    private long PaidFor(string tagPrefix) =>
        stack.Emulator!.Counters.PaidCreatesByTag.Where(tag => tag.Key.StartsWith(tagPrefix, StringComparison.Ordinal)).Sum(static tag => tag.Value);

    private static async Task StartAsync(HttpClient http, string id, string job, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "jobs") { Content = new StringContent(job, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", id);
        using var answer = await http.SendAsync(request, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Accepted)
        {
            throw new UserException($"The start was answered with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    /// <summary>The run whenever it looks different.</summary>
    private static async IAsyncEnumerable<RunView> StatesAsync(HttpClient http, string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var glance = new PeriodicTimer(Glance);
        (string, RunProgress?) shown = default;
        RunView run;
        do
        {
            await glance.WaitForNextTickAsync(patience.Token);
            run = SnakeCaseJson.Read<RunView>(new BinaryData(await http.GetByteArrayAsync(new Uri($"jobs/{id}", UriKind.Relative), patience.Token)));
            if (shown != (run.Status, run.Progress))
            {
                shown = (run.Status, run.Progress);
                yield return run;
            }
        }
        while (run.Outcome is null && run.Error is null);
    }

    private async Task<byte[]> DownloadAsync(string blob, CancellationToken cancellationToken)
    {
        var container = new BlobServiceClient(stack.StorageConnectionString).GetBlobContainerClient(Storage.ContainerNames.Outputs);
        var content = await container.GetBlobClient(blob).DownloadContentAsync(cancellationToken);
        return content.Value.Content.ToArray();
    }

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

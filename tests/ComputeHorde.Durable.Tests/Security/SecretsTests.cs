using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Tests.Security;

/// <summary>No presigned URL, token, seed or key where it does not belong: everything a run leaves behind is searched.</summary>
public sealed class SecretsTests
{
    private const string HotkeySecret = "0x5e1f0000000000000000000000000000000000000000000000000000deadbeef";
    private const string HuggingFaceToken = "hf_secretsecretsecretsecret";
    private const string OwnUploadSignature = "X-Amz-Signature=0123456789abcdef0123456789abcdef";

    // What gives a secret away: the parameters of a SAS, a JWT, and the secrets of this test.
    private static readonly string[] Secrets = ["sig=", "&se=", "eyJ", "Bearer ", HotkeySecret[2..], HuggingFaceToken, "X-Amz-Signature"];

    [Fact]
    public async Task Run_WithEverySecret_LeavesNoneBehind()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions { Settings = new Dictionary<string, string?> { ["ComputeHorde__HotkeySecret"] = HotkeySecret } }
        );
        horde.Emulator.SetBehaviourForTag("secrets#", "rejected:busy,ok");
        horde.Emulator.SetBehaviourForTag("uploads#", "failed:upload_failed");
        var job = Jobs.Sha256("secrets", "/output/report.txt", "/output/other.txt");
        job["policy"] = new JsonObject { ["backoff_seconds"] = 0.05 };
        job["cross_validation"] = new JsonObject { ["sampling"] = "always" };
        var shown = new StringBuilder();
        await RunAsync(horde, shown, "secrets", job);

        var failing = Jobs.Sha256("uploads");
        failing["input_volumes"] = new JsonObject
        {
            ["/volume/model"] = new JsonObject
            {
                ["type"] = "huggingface",
                ["repo_id"] = "a/b",
                ["token"] = HuggingFaceToken,
            },
        };
        failing["output_volumes"] = new JsonObject
        {
            ["/output/x"] = new JsonObject { ["http_method"] = "PUT", ["url"] = $"http://127.0.0.1:9/bucket/x?{OwnUploadSignature}" },
        };
        await RunAsync(horde, shown, "uploads", failing);

        await horde.UploadAsync("jobs", "prepared.json", new JsonArray(Jobs.Sha256("prepared", "/output/report.txt")).ToJsonString());
        await Eventually.TrueAsync(async () => (await horde.ListAsync("job-urls")).Count == 1, "upload URLs were handed out");
        await Eventually.TrueAsync(
            () => horde.Emulator.Counters.PaidCreatesByTag.Keys.Any(static tag => tag.StartsWith("blob-", StringComparison.Ordinal)),
            "the prepared job was bought"
        );

        Search("an HTTP answer", shown.ToString());
        Assert.NotEmpty(spans);
        Search("a trace", string.Join('\n', spans.Select(Text)));
        await foreach (var instance in horde.Functions.Client.GetAllInstancesAsync(new OrchestrationQuery { FetchInputsAndOutputs = true }))
        {
            Search(
                $"the state of {instance.InstanceId}",
                $"{instance.SerializedInput}{instance.SerializedCustomStatus}{instance.SerializedOutput}{instance.FailureDetails}"
            );
            Search($"the history of {instance.InstanceId}", horde.Functions.TaskHub.ExportHistory(instance.InstanceId)!);
        }

        Search("the log", string.Join('\n', horde.Log.Lines.Select(static line => line.Text)));
        foreach (var container in new[] { "inflight", "results", "ledger", "sampling" })
        {
            foreach (var name in await horde.ListAsync(container))
            {
                try
                {
                    Search($"{container}/{name}", name + await horde.DownloadAsync(container, name));
                }
                catch (RequestFailedException gone) when (gone.Status == 404 && container == "inflight")
                {
                    // The job has ended meanwhile.
                }
            }
        }

        await horde.StopFunctionsAsync();
        foreach (var file in Directory.GetFiles(horde.DataDirectory, "*", SearchOption.AllDirectories))
        {
            Search(file, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)));
        }

        await horde.StartFunctionsAsync();
    }

    private static async Task RunAsync(HordeFixture horde, StringBuilder shown, string id, JsonObject job)
    {
        using var answer = await horde.PostAsync("jobs", job, id);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        shown.Append(answer.Headers).Append(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        shown.Append(await horde.EndOfAsync($"jobs/{id}"));
        using var result = await horde.Http.GetAsync(new Uri($"jobs/{id}/result", UriKind.Relative), TestContext.Current.CancellationToken);
        shown.Append(await result.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static string Text(Activity span) =>
        string.Join(
            ' ',
            [
                span.DisplayName,
                span.StatusDescription ?? "",
                .. span.TagObjects.Select(static tag => $"{tag.Key}={tag.Value}"),
                .. span.Baggage.Select(static item => $"{item.Key}={item.Value}"),
                .. span.Events.SelectMany(static note => note.Tags.Select(static tag => $"{tag.Key}={tag.Value}")),
            ]
        );

    private static void Search(string where, string text)
    {
        foreach (var secret in Secrets)
        {
            var at = text.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
            Assert.True(
                at < 0,
                at < 0
                    ? ""
                    : $"{where} holds '{secret}': …{text.Substring(Math.Max(0, at - 60), Math.Min(120, text.Length - Math.Max(0, at - 60)))}…"
            );
        }
    }
}

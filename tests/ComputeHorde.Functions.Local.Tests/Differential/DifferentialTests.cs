using System.Text;
using Azure.Storage.Queues;
using Microsoft.Extensions.Hosting;

namespace ComputeHorde.Functions.Local.Tests.Differential;

/// <summary>
/// The same messages and blobs through this host and through the real listeners (Microsoft.Azure.WebJobs), on one Azurite.
/// </summary>
public sealed class DifferentialTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Delivery = "delivery";

    private static readonly string[] OddNames =
    [
        "a.json",
        "with space.txt",
        "ümläut/ö.bin",
        "percent%20sign",
        "percent%sign",
        "dir/sub/deep/x",
        "UPPER.Case",
        "plus+sign",
        "question?x=1#y",
        "quote'\"",
        "dots..",
        "semi;colon,comma",
        "[brackets]{braces}",
        "emoji😀",
        "tilde~1",
        "trailing.",
    ];

    private readonly StorageFixture _storage = azurite.Storage;
    private readonly Recorder _ours = new();
    private readonly Recorder _real = new();
    private readonly string _name = $"diff-{Guid.NewGuid():N}";

    [Theory]
    [InlineData("base64")]
    [InlineData("none")]
    public async Task Queue_SameMessages_AreDeliveredAlikeAndEndAsTheSamePoison(string encoding)
    {
        string[] messages =
        [
            "plain text ü",
            "test",
            "{\"json\": true}",
            "not base64!",
            "aGVsbG8",
            "",
            " ",
            Base64("hello ü"),
            Base64("{\"json\": true}"),
            Convert.ToBase64String([0xEF, 0xBB, 0xBF, (byte)'x']),
            Convert.ToBase64String([0, 255, 16]),
            "throw",
            Base64("throw"),
            "YWJj\r\nZGVm",
        ];
        var (ours, real) = (_name + "-ours", _name + "-real");
        await using var host = await TestHost.StartAsync(
            _storage.ConnectionString,
            ["DifferentialQueue"],
            setup =>
            {
                setup.Recorder = _ours;
                setup.Settings["OurQueue"] = ours;
                setup.HostJson(
                    $$"""
                    { "version": "2.0", "extensions": { "queues": {
                      "messageEncoding": "{{encoding}}", "maxDequeueCount": 3, "visibilityTimeout": "00:00:00", "maxPollingInterval": "00:00:00.2" } } }
                    """
                );
            }
        );
        using var webJobs = await WebJobsHost.StartAsync(
            _storage.ConnectionString,
            typeof(RealQueueFunctions),
            _real,
            new() { ["RealQueue"] = real },
            builder =>
                builder.AddAzureStorageQueues(options =>
                {
                    options.MessageEncoding = encoding == "none" ? QueueMessageEncoding.None : QueueMessageEncoding.Base64;
                    options.MaxDequeueCount = 3;
                    options.VisibilityTimeout = TimeSpan.Zero;
                    options.MaxPollingInterval = TimeSpan.FromMilliseconds(200);
                })
        );

        foreach (var message in messages.Where(message => message.Length > 0))
        {
            await _storage.SendAsync(ours, message);
            await _storage.SendAsync(real, message);
        }

        await Eventually.TrueAsync(async () => await IsEmptyAsync(ours) && await IsEmptyAsync(real), "all messages were handled");

        Assert.Equal(string.Join('\n', Deliveries(_real)), string.Join('\n', Deliveries(_ours)));
        Assert.Equal(string.Join('\n', await PoisonAsync(real)), string.Join('\n', await PoisonAsync(ours)));
        await webJobs.StopAsync();
    }

    [Fact]
    public async Task Blobs_OddNamesOverwrittenAndAThousandAtOnce_AreDeliveredAlike()
    {
        const int Many = 1000;
        var (ours, real) = (_name + "-ours", _name + "-real");
        await _storage.Container(ours).CreateAsync();
        await _storage.Container(real).CreateAsync();
        await Parallel.ForAsync(
            0,
            Many,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) => await PutAsync($"many/{i}", $"{i}")
        );
        foreach (var name in OddNames)
        {
            await PutAsync(name, "odd");
        }

        await using var host = await TestHost.StartAsync(
            _storage.ConnectionString,
            ["DifferentialBlob"],
            setup =>
            {
                setup.Recorder = _ours;
                setup.Settings["OurContainer"] = ours;
                setup.HostJson("""{ "version": "2.0", "extensions": { "blobs": { "poisonBlobThreshold": 3 } } }""");
            }
        );
        using var webJobs = await WebJobsHost.StartAsync(
            _storage.ConnectionString,
            typeof(RealBlobFunctions),
            _real,
            new() { ["RealContainer"] = real },
            builder =>
            {
                builder.AddAzureStorageQueues(options =>
                {
                    options.MaxPollingInterval = TimeSpan.FromMilliseconds(200);
                    options.MessageEncoding = QueueMessageEncoding.None;
                });
                builder.AddAzureStorageBlobs(options => options.PoisonBlobThreshold = 3);
            }
        );
        await BothAsync(Many + OddNames.Length);

        await PutAsync("a.json", "overwritten");
        await PutAsync("bad", "throw");
        await BothAsync(Many + OddNames.Length + 1 + 3);

        Assert.Equal(Deliveries(_real), Deliveries(_ours));
        var notes = await _storage.PoisonBlobsAsync(_name, 2);
        foreach (var (note, _) in notes)
        {
            // The name of the function and of the container differ; an ETag is that of a blob of its own.
            Assert.True(note.Remove("FunctionId") && note.Remove("ETag"));
            note["ContainerName"] = $"{note["ContainerName"]}"[..^4];
        }

        Assert.Equal(notes[0].IsBase64, notes[1].IsBase64);
        Assert.Equal($"{notes[0].Note}", $"{notes[1].Note}");
        await webJobs.StopAsync();

        async Task PutAsync(string name, string content)
        {
            await _storage.Container(ours).GetBlobClient(name).UploadAsync(new BinaryData(content), overwrite: true);
            await _storage.Container(real).GetBlobClient(name).UploadAsync(new BinaryData(content), overwrite: true);
        }

        Task BothAsync(int deliveries) =>
            Eventually.TrueAsync(
                () => _ours.Calls(Delivery).Length >= deliveries && _real.Calls(Delivery).Length >= deliveries,
                $"{deliveries} deliveries"
            );
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string[] Deliveries(Recorder recorder) => [.. recorder.Calls(Delivery).Cast<string>().Order(StringComparer.Ordinal)];

    private async Task<bool> IsEmptyAsync(string queue) =>
        (await _storage.Queue(queue).GetPropertiesAsync()).Value.ApproximateMessagesCount == 0;

    private async Task<string[]> PoisonAsync(string queue)
    {
        var poison = _storage.Queue(queue + "-poison");
        return await poison.ExistsAsync()
            ? [.. (await poison.PeekMessagesAsync(32)).Value.Select(message => message.Body.ToString()).Order(StringComparer.Ordinal)]
            : [];
    }
}

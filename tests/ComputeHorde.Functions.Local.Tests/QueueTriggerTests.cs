using System.Text;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Tests;

public sealed class QueueTriggerTests(StorageFixture storage)
{
    private const string Base64 = """{ "version": "2.0", "extensions": { "queues": { "messageEncoding": "base64" } } }""";

    private const string FastRetries =
        """{ "version": "2.0", "extensions": { "queues": { "maxDequeueCount": 3, "visibilityTimeout": "00:00:00", "maxPollingInterval": "00:00:00.2" } } }""";

    private const string OneAttempt =
        """{ "version": "2.0", "extensions": { "queues": { "maxDequeueCount": 1, "maxPollingInterval": "00:00:00.2" } } }""";

    private readonly Recorder _recorder = new();
    private string _name = $"queue-{Guid.NewGuid():N}";

    [Fact]
    public async Task Message_EncodingBase64_IsDecodedOrElsePoisonWithoutARun()
    {
        await using var host = await StartAsync("QueueText", setup => setup.HostJson(Base64));
        var queue = storage.Queue(_name);

        await queue.SendMessageAsync("plain text ü", TestContext.Current.CancellationToken);
        await queue.SendMessageAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes("base64 ü")), TestContext.Current.CancellationToken);

        Assert.Equal("plain text ü", (await ReceiveAsync(storage.Queue(_name + "-poison"))).Body.ToString());
        await Eventually.TrueAsync(() => _recorder.Calls("QueueText").Length == 1, "the other message was handled");
        Assert.Equal("base64 ü", Assert.Single(_recorder.Calls("QueueText")));
        await Eventually.TrueAsync(
            async () => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0,
            "the queue is empty"
        );
        Assert.Contains(host.Log.Messages(LogLevel.Warning), message => message.Contains("messageEncoding", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Message_JsonAfterAByteOrderMark_IsRead()
    {
        await using var host = await StartAsync("QueueObject");

        await storage.Queue(_name).SendMessageAsync("\uFEFF{\"name\":\"n\",\"times\":2}");

        await Eventually.TrueAsync(() => _recorder.Calls("QueueObject").Length == 1, "the message was handled");
        Assert.Equal("Greeting { Name = n, Times = 2 } 1 n", Assert.Single(_recorder.Calls("QueueObject")));
    }

    [Fact]
    public async Task Message_EncodingNone_IsNotDecoded()
    {
        await using var host = await StartAsync(
            "QueueText",
            setup => setup.HostJson("""{ "version": "2.0", "extensions": { "queues": { "messageEncoding": "none" } } }""")
        );

        await storage.Queue(_name).SendMessageAsync("aGVsbG8=");

        await Eventually.TrueAsync(() => _recorder.Calls("QueueText").Length == 1, "the function began");
        Assert.Equal("aGVsbG8=", Assert.Single(_recorder.Calls("QueueText")));
    }

    [Theory]
    [InlineData("QueueBytes", "00FF10")]
    [InlineData("QueueObject", "Greeting { Name = n, Times = 2 } 1 n")]
    [InlineData("QueueTimes", "Utc 7 True")]
    [InlineData("QueueMessage", """{"name":"n","times":2} 1 36""")]
    public async Task Message_ParameterType_IsConverted(string function, string expected)
    {
        await using var host = await StartAsync(function, setup => setup.HostJson(Base64));
        var body = function == "QueueBytes" ? new byte[] { 0, 255, 16 } : Encoding.UTF8.GetBytes("""{"name":"n","times":2}""");

        await storage.Queue(_name).SendMessageAsync(Convert.ToBase64String(body));

        await Eventually.TrueAsync(() => _recorder.Calls(function).Length == 1, "the message was handled");
        Assert.Equal(expected, Assert.Single(_recorder.Calls(function)));
    }

    [Fact]
    public async Task Message_FunctionThrows_ReachesThePoisonQueueWithItsBodyAfterMaxDequeueCount()
    {
        _recorder.Behaviour = (_, _) => throw new InvalidOperationException("no");
        await using var host = await StartAsync("QueueText", setup => setup.HostJson(FastRetries));
        var body = Convert.ToBase64String(Encoding.UTF8.GetBytes("poison ü"));

        await storage.Queue(_name).SendMessageAsync(body);

        var poison = await ReceiveAsync(storage.Queue(_name + "-poison"));
        Assert.Equal(body, poison.Body.ToString());
        Assert.Equal(3, _recorder.Calls("QueueText").Length);
        await Eventually.TrueAsync(
            async () => (await storage.Queue(_name).GetPropertiesAsync()).Value.ApproximateMessagesCount == 0,
            "the queue is empty"
        );
    }

    [Fact]
    public async Task Message_FunctionHangsPastItsTimeout_IsCancelledAndTriedAgain()
    {
        var calls = 0;
        _recorder.Behaviour = (_, cancellation) =>
            Interlocked.Increment(ref calls) == 1 ? Task.Delay(Timeout.Infinite, cancellation) : Task.CompletedTask;
        await using var host = await StartAsync(
            "QueueText",
            setup =>
                setup.HostJson(
                    """{ "version": "2.0", "functionTimeout": "00:00:00.3", "extensions": { "queues": { "maxPollingInterval": "00:00:00.2" } } }"""
                )
        );

        await storage.Queue(_name).SendMessageAsync("hang");

        await Eventually.TrueAsync(() => _recorder.Calls("QueueText").Length >= 2, "the function ran a second time");
        await Eventually.TrueAsync(
            async () => (await storage.Queue(_name).GetPropertiesAsync()).Value.ApproximateMessagesCount == 0,
            "the queue is empty"
        );
    }

    [Fact]
    public async Task Message_FunctionNeverReturnsAndIgnoresItsToken_IsGivenUpAndReachesThePoisonQueue()
    {
        var never = new TaskCompletionSource();
        _recorder.Behaviour = (_, _) => never.Task;
        await using var host = await StartAsync(
            "QueueText",
            setup =>
                setup.HostJson(
                    """{ "version": "2.0", "functionTimeout": "00:00:00.1", "extensions": { "queues": { "maxDequeueCount": 1 } } }"""
                )
        );

        await storage.Queue(_name).SendMessageAsync("stuck");

        Assert.Equal("stuck", (await ReceiveAsync(storage.Queue(_name + "-poison"))).Body.ToString());
        never.SetResult();
    }

    [Fact]
    public async Task Message_EarlierAttemptsDiedWithTheirProcess_IsMovedToPoisonWithoutAnotherRun()
    {
        var queue = storage.Queue(_name);
        await queue.CreateAsync();
        await queue.SendMessageAsync("killer");
        for (var attempt = 0; attempt < 3; attempt++)
        {
            QueueMessage message = (await queue.ReceiveMessagesAsync(1, TimeSpan.FromMinutes(1))).Value[0];
            await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, visibilityTimeout: TimeSpan.Zero);
        }

        await using var host = await StartAsync("QueueText", setup => setup.HostJson(FastRetries));

        Assert.Equal("killer", (await ReceiveAsync(storage.Queue(_name + "-poison"))).Body.ToString());
        Assert.Empty(_recorder.Calls("QueueText"));
    }

    [Fact]
    public async Task Message_InAPoisonQueue_IsTriedAgainWhenItsLockEndsAndMovedNowhere()
    {
        _name += "-poison";
        _recorder.Behaviour = (_, _) =>
            _recorder.Calls("QueueText").Length < 4 ? throw new InvalidOperationException("no") : Task.CompletedTask;
        await using var host = await StartAsync(
            "QueueText",
            setup =>
            {
                setup.HostJson(FastRetries);
                setup.QueueLockDuration = TimeSpan.FromSeconds(1);
            }
        );

        await storage.SendAsync(_name, "given up");

        await Eventually.TrueAsync(() => _recorder.Calls("QueueText").Length == 4, "the message was tried more often than maxDequeueCount");
        await Eventually.TrueAsync(
            async () => (await storage.Queue(_name).GetPropertiesAsync()).Value.ApproximateMessagesCount == 0,
            "the queue is empty"
        );
        Assert.False(await storage.Queue(_name + "-poison").ExistsAsync());
    }

    [Fact]
    public async Task Message_QueueNamedInCapitals_ComesFromTheQueueInSmallLetters()
    {
        await using var host = await StartAsync(
            "QueueForward",
            setup =>
            {
                setup.Settings["TestQueue"] = _name.ToUpperInvariant();
                setup.Settings["TestOutputQueue"] = _name.ToUpperInvariant() + "-OUT";
            }
        );

        await storage.SendAsync(_name, "m");

        Assert.NotEmpty((await ReceiveAsync(storage.Queue(_name + "-out"))).Body.ToString());
    }

    [Fact]
    public async Task Message_LockedByAProcessThatDied_IsHandledWhenTheLockEnds()
    {
        var queue = storage.Queue(_name);
        await queue.CreateAsync();
        await queue.SendMessageAsync("""{"name":"n","times":1}""");
        await queue.ReceiveMessagesAsync(1, TimeSpan.FromSeconds(1));

        await using var host = await StartAsync("QueueObject", setup => setup.HostJson(FastRetries));

        await Eventually.TrueAsync(() => _recorder.Calls("QueueObject").Length == 1, "the message was handled");
        Assert.Equal("Greeting { Name = n, Times = 1 } 2 n", Assert.Single(_recorder.Calls("QueueObject")));
    }

    [Fact]
    public async Task Message_FunctionRunsLongerThanTheLock_IsNotHandledTwice()
    {
        var release = new TaskCompletionSource();
        _recorder.Behaviour = (_, _) => release.Task;
        await using var host = await StartAsync(
            "QueueText",
            setup =>
            {
                setup.HostJson(FastRetries);
                setup.QueueLockDuration = TimeSpan.FromSeconds(1);
            }
        );
        var queue = storage.Queue(_name);
        await queue.SendMessageAsync("long");
        await Eventually.TrueAsync(() => _recorder.Calls("QueueText").Length == 1, "the function began");

        // Three lock durations: without renewal the message would have come back by now.
        await Task.Delay(3000, TestContext.Current.CancellationToken);
        release.SetResult();

        await Eventually.TrueAsync(
            async () => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0,
            "the queue is empty"
        );
        Assert.Single(_recorder.Calls("QueueText"));
    }

    [Fact]
    public async Task Message_LockLostWhileItsFunctionRuns_IsNotHandledTwice()
    {
        var release = new TaskCompletionSource();
        _recorder.Behaviour = (_, _) => release.Task;
        await using var host = await StartAsync("QueueLock", setup => setup.HostJson(FastRetries));
        var queue = storage.Queue(_name);
        await queue.SendMessageAsync("long");
        await Eventually.TrueAsync(() => _recorder.Calls("QueueLock").Length == 1, "the function began");

        var (id, popReceipt) = ((string, string))_recorder.Calls("QueueLock")[0]!;
        await queue.UpdateMessageAsync(id, popReceipt, visibilityTimeout: TimeSpan.Zero);
        await Eventually.TrueAsync(
            () => host.Log.Messages().Any(message => message.Contains("its lock had been lost", StringComparison.Ordinal)),
            "the message came back"
        );
        release.SetResult();

        await Eventually.TrueAsync(
            async () => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0,
            "the queue is empty"
        );
        Assert.Single(_recorder.Calls("QueueLock"));
    }

    [Fact]
    public async Task Output_CollectionReturned_SendsOneMessageEach()
    {
        await using var host = await StartAsync(
            "QueueForward",
            setup =>
            {
                setup.HostJson(Base64);
                setup.Settings["TestOutputQueue"] = _name + "-out";
            }
        );

        await storage.Queue(_name).SendMessageAsync(Convert.ToBase64String("m"u8));

        var output = new QueueClient(
            storage.ConnectionString,
            _name + "-out",
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }
        );
        string[] bodies = [(await ReceiveAsync(output)).Body.ToString(), (await ReceiveAsync(output)).Body.ToString()];
        Assert.Equal(["""{"Name":"m","Times":1}""", """{"Name":"m","Times":2}"""], bodies.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Output_JsonObjectReturned_IsOneMessage()
    {
        await using var host = await StartAsync(
            "QueueForwardObject",
            setup =>
            {
                setup.HostJson(Base64);
                setup.Settings["TestOutputQueue"] = _name + "-out";
            }
        );

        await storage.Queue(_name).SendMessageAsync(Convert.ToBase64String("m"u8));

        var output = new QueueClient(
            storage.ConnectionString,
            _name + "-out",
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }
        );
        Assert.Equal("""{"a":"m","b":1}""", (await ReceiveAsync(output)).Body.ToString());
    }

    [Fact]
    public async Task Output_Blob_IsWrittenUnderTheNameFromTheMessage()
    {
        await using var host = await StartAsync("QueueToBlob", setup => setup.Settings["TestContainer"] = _name);

        await storage.Queue(_name).SendMessageAsync("""{"name":"n","times":4,"key":"x"}""");

        var blob = storage.Container(_name).GetBlobClient("x.json");
        await Eventually.TrueAsync(
            async () => await storage.Container(_name).ExistsAsync() && await blob.ExistsAsync(),
            "the blob was written"
        );
        Assert.Equal("""{"Name":"n","Times":4}""", (await blob.DownloadContentAsync()).Value.Content.ToString());
    }

    [Fact]
    public async Task Stop_MessageBeingHandled_LetsItFinish()
    {
        var release = new TaskCompletionSource();
        _recorder.Behaviour = (_, _) => release.Task;
        await using var host = await StartAsync("QueueText");
        var queue = storage.Queue(_name);
        await queue.SendMessageAsync("drain");
        await Eventually.TrueAsync(() => _recorder.Calls("QueueText").Length == 1, "the function began");

        var stop = host.Host.StopAsync();
        Assert.False(stop.IsCompleted);
        release.SetResult();
        await stop;

        Assert.Equal(0, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task Stop_MessageCutOffInItsLastAttempt_RunsAgainAtTheNextStartAndIsNoPoison()
    {
        using var data = new TempDirectory();
        _recorder.Behaviour = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        await storage.SendAsync(_name, "cut off");
        for (var start = 1; start <= 3; start++)
        {
            await using var cut = await StartAsync("QueueText", ShortDrain);
            await Eventually.TrueAsync(() => _recorder.Calls("QueueText").Length == start, "the function began");
        }

        _recorder.Behaviour = (_, _) => throw new InvalidOperationException("a failure of its own");
        await using var last = await StartAsync("QueueText", ShortDrain);

        Assert.Equal("cut off", (await ReceiveAsync(storage.Queue(_name + "-poison"))).Body.ToString());
        Assert.Equal(4, _recorder.Calls("QueueText").Length);

        void ShortDrain(TestHostSetup setup)
        {
            setup.DataDirectory = data.Path;
            setup.DrainTimeout = TimeSpan.FromMilliseconds(50);
            setup.HostJson(OneAttempt);
        }
    }

    [Fact]
    public async Task Stop_WhileMessagesPourIn_NoneIsLostOrPoison()
    {
        const int Count = 160;
        using var data = new TempDirectory();
        await Parallel.ForAsync(
            0,
            Count,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (i, _) => await storage.SendAsync(_name, $"message {i}")
        );
        for (var stop = 1; stop <= 3; stop++)
        {
            var enough = stop * Count / 8;
            await using var host = await StartAsync("QueueText", Durable);
            await Eventually.TrueAsync(
                () => _recorder.Calls("QueueText").Length >= enough,
                "some messages were handled",
                everyMilliseconds: 1
            );
        }

        await using var last = await StartAsync("QueueText", Durable);
        await Eventually.TrueAsync(
            async () => (await storage.Queue(_name).GetPropertiesAsync()).Value.ApproximateMessagesCount == 0,
            "the queue is empty"
        );

        Assert.Equal(Count, _recorder.Calls("QueueText").Length);
        Assert.Equal(Count, _recorder.Calls("QueueText").Distinct().Count());
        Assert.False(await storage.Queue(_name + "-poison").ExistsAsync());

        void Durable(TestHostSetup setup)
        {
            setup.DataDirectory = data.Path;
            setup.HostJson(OneAttempt);
        }
    }

    private static async Task<QueueMessage> ReceiveAsync(QueueClient queue)
    {
        QueueMessage? message = null;
        await Eventually.TrueAsync(
            async () =>
            {
                if (await queue.ExistsAsync())
                {
                    message = (await queue.ReceiveMessageAsync(TimeSpan.FromMinutes(5))).Value;
                }

                return message is not null;
            },
            $"a message is in {queue.Name}"
        );
        return message!;
    }

    private Task<TestHost> StartAsync(string function, Action<TestHostSetup>? change = null)
    {
        var queue = storage.Queue(_name);
        queue.CreateIfNotExists();
        return TestHost.StartAsync(
            storage.ConnectionString,
            [function],
            setup =>
            {
                setup.Recorder = _recorder;
                setup.Settings["TestQueue"] = _name;
                setup.Settings["TestStorage"] = storage.ConnectionString;
                setup.Settings["TestOutputQueue"] = "unused-output";
                setup.Settings["TestContainer"] = "unused-container";
                setup.HostJson("""{ "version": "2.0", "extensions": { "queues": { "maxPollingInterval": "00:00:01" } } }""");
                change?.Invoke(setup);
            }
        );
    }
}

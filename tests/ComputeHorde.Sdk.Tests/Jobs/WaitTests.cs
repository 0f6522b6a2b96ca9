namespace ComputeHorde.Sdk.Tests.Jobs;

public sealed class WaitTests
{
    private readonly InstantTime _time = new(never: TimeSpan.FromSeconds(30));

    [Fact]
    public async Task Wait_JobAdvances_CallsBackOncePerStatusAndReturnsTheEnd()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var job = server.Store("t");
        string[] steps = ["received", "accepted", "executor_ready", "some_future_status", "execution_done", "completed"];
        server.Before = call =>
        {
            if (call.Name == "get" && call.Number % 2 == 0 && call.Number / 2 <= steps.Length)
            {
                server.Advance(job, steps[(call.Number / 2) - 1]);
            }

            return Task.FromResult(false);
        };
        using var client = server.Client();
        var seen = new List<string>();

        var end = await client.WaitAsync(
            job.Text("uuid"),
            TimeSpan.FromMinutes(1),
            change =>
            {
                seen.Add(change.Entry.Status.Value);
                return ValueTask.CompletedTask;
            }
        );

        Assert.True(end.IsSuccessful);
        Assert.Equal(["sent", .. steps], seen);
    }

    [Fact]
    public async Task Watch_FromKnownEntries_YieldsOnlyNewOnes()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var job = server.Store("t", "sent", "received", "accepted", "failed");
        using var client = server.Client();
        var seen = new List<string>();
        await foreach (var change in client.WatchAsync(job.Text("uuid"), knownEntries: 2))
        {
            seen.Add(change.Entry.Status.Value);
        }

        Assert.Equal(["accepted", "failed"], seen);
    }

    [Fact]
    public async Task Wait_ZeroTimeout_LooksOnce()
    {
        await using var server = await FakeFacilitator.StartAsync();
        using var client = server.Client();
        Assert.True((await client.WaitAsync(server.Store("t", "completed").Text("uuid"), TimeSpan.Zero)).IsSuccessful);
        var error = await Assert.ThrowsAsync<ComputeHordeJobTimeoutException>(() =>
            client.WaitAsync(server.Store("t").Text("uuid"), TimeSpan.Zero)
        );
        Assert.Equal(JobStatus.Sent, error.Job!.Status);
        Assert.Equal(2, server.Calls("get"));
    }

    [Fact]
    public async Task Wait_CompletionAtTheDeadline_IsSeen()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var job = server.Store("t");
        server.Before = call =>
        {
            // The look at 7 s is the deadline's own; the ones before come at 0, 2 and 5 s.
            if (call is { Name: "get", Number: 4 })
            {
                server.Advance(job, "completed");
            }

            return Task.FromResult(false);
        };
        using var client = server.Client(Seconds, _time);
        Assert.True((await client.WaitAsync(job.Text("uuid"), TimeSpan.FromSeconds(7))).IsSuccessful);
    }

    [Fact]
    public async Task Wait_NothingChanges_LooksMoreRarely()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var job = server.Store("t");
        using var client = server.Client(Seconds, _time);
        await Assert.ThrowsAsync<ComputeHordeJobTimeoutException>(() => client.WaitAsync(job.Text("uuid"), TimeSpan.FromMinutes(10)));
        Assert.InRange(server.Calls("get"), 60, 66);
        Assert.Equal(TimeSpan.FromSeconds(10), _time.Waits.Max());
    }

    [Fact]
    public async Task Wait_FacilitatorDownForAWhile_GoesOn()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var job = server.Store("t");
        server.Before = call =>
        {
            if (call is { Name: "get", Number: 20 })
            {
                server.Advance(job, "completed");
            }

            return call is { Name: "get", Number: > 1 and < 20 } ? Fault.Unavailable503.ActAsync(call) : Task.FromResult(false);
        };
        using var client = server.Client();
        Assert.True((await client.WaitAsync(job.Text("uuid"))).IsSuccessful);
    }

    [Fact]
    public async Task Wait_FacilitatorHangs_EndsSoonAfterTheTimeout()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = call => call.Name == "get" ? Fault.SlowHeaders.ActAsync(call) : Task.FromResult(false);
        using var client = server.Client(options =>
        {
            options.RequestTimeout = TimeSpan.FromSeconds(3);
            options.MaxRetries = 100;
        });
        var error = await Assert.ThrowsAsync<ComputeHordeJobTimeoutException>(() =>
            client.WaitAsync(Guid.NewGuid().ToString(), TimeSpan.FromSeconds(2))
        );
        Assert.Null(error.Job);
        Assert.InRange(server.Calls("get"), 1, 4);
    }

    [Fact]
    public async Task Wait_CallbackThrows_EndsTheWait()
    {
        await using var server = await FakeFacilitator.StartAsync();
        using var client = server.Client();
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() =>
            client.WaitAsync(server.Store("t").Text("uuid"), onChange: _ => throw new InvalidTimeZoneException())
        );
    }

    [Fact]
    public async Task WaitForStreaming_JobFails_EndsInsteadOfHanging()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var job = server.Store("t", "sent", "received");
        server.Advance(
            job,
            "failed",
            """{"job_failure_details":{"reason":"timeout","stage":"execution","message":"Streaming job health check failed"}}"""
        );
        using var client = server.Client();
        var error = await Assert.ThrowsAsync<ComputeHordeException>(() => client.WaitForStreamingAsync(job.Text("uuid")));
        Assert.Contains("health check", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitForStreaming_StatusAlreadyPassed_ReturnsTheServer()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var job = server.Store("t", "sent", "streaming_ready", "some_future_status");
        (job["streaming_server_cert"], job["streaming_server_address"], job["streaming_server_port"]) = ("pem", "203.0.113.7", 6006);
        using var client = server.Client();
        var ready = await client.WaitForStreamingAsync(job.Text("uuid"));
        Assert.Equal(6006, ready.Streaming!.Port);
    }

    private static void Seconds(ComputeHordeOptions options)
    {
        options.PollInterval = TimeSpan.FromSeconds(2);
        options.MaxPollInterval = TimeSpan.FromSeconds(10);
    }
}

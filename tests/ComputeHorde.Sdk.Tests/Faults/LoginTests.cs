namespace ComputeHorde.Sdk.Tests.Faults;

public sealed class LoginTests
{
    [Fact]
    public async Task Calls_InParallel_LogInOnce()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuid = server.Store("t").Text("uuid");
        using var client = server.Client();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => client.GetJobAsync(uuid)));
        Assert.Equal(1, server.Calls("login"));
        Assert.Equal(40, server.Calls("get"));
    }

    [Theory]
    [InlineData("Token expired.", 2)]
    [InlineData("Token decode error.", 2)]
    [InlineData("Token missing subject.", 2)]
    [InlineData("Unauthorized hotkey.", 1)]
    public async Task Get_TokenRefusedOnce_SucceedsWithANewLoginUnlessTheHotkeyIsRefused(string detail, int logins)
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuid = server.Store("t").Text("uuid");
        server.Before = async call =>
        {
            if (call is not { Name: "get", Number: 1 })
            {
                return false;
            }

            await FakeFacilitator.AnswerAsync(call.Context, 401, $$"""{"detail":"{{detail}}"}""");
            return true;
        };
        using var client = server.Client();
        Assert.Equal(uuid, (await client.GetJobAsync(uuid)).Uuid);
        Assert.Equal(logins, server.Calls("login"));
    }

    [Fact]
    public async Task Create_TokenExpired_CreatesOneJob()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = async call =>
        {
            if (call is not { Name: "create", Number: 1 })
            {
                return false;
            }

            await FakeFacilitator.AnswerAsync(call.Context, 401, """{"detail":"Token expired."}""");
            return true;
        };
        using var client = server.Client();
        Assert.True((await client.CreateJobAsync(Specs.Minimal)).Created);
        Assert.Single(server.Jobs);
        Assert.Equal(2, server.Calls("login"));
    }

    [Fact]
    public async Task Get_AlwaysUnauthorized_EndsInATransientError()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = async call =>
        {
            if (call.Name != "get")
            {
                return false;
            }

            await FakeFacilitator.AnswerAsync(call.Context, 401, """{"detail":"Token expired."}""");
            return true;
        };
        using var client = server.Client();
        var error = await Assert.ThrowsAsync<ComputeHordeAuthenticationException>(() => client.GetJobAsync(Guid.NewGuid().ToString()));
        Assert.True(error.IsTransient);
        Assert.Equal(10, server.Calls("get"));
    }

    [Fact]
    public async Task Token_NearItsEnd_IsRenewedBeforeItExpires()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuid = server.Store("t").Text("uuid");
        var time = new InstantTime(never: TimeSpan.FromSeconds(30));
        using var client = server.Client(time: time);
        await client.GetJobAsync(uuid);
        time.Advance(TimeSpan.FromMinutes(54));
        await client.GetJobAsync(uuid);
        Assert.Equal(1, server.Calls("login"));
        time.Advance(TimeSpan.FromMinutes(2));
        await client.GetJobAsync(uuid);
        Assert.Equal(2, server.Calls("login"));
        Assert.DoesNotContain(server.Seen, seen => seen.Authorization == "Bearer ");
    }

    [Fact]
    public async Task Token_RenewalFails_OldOneIsUsedUntilItExpires()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuid = server.Store("t").Text("uuid");
        var time = new InstantTime(never: TimeSpan.FromSeconds(30));
        using var client = server.Client(time: time);
        await client.GetJobAsync(uuid);
        time.Advance(TimeSpan.FromMinutes(57));
        server.Before = call => call.Name == "nonce" ? Fault.Unavailable503.ActAsync(call) : Task.FromResult(false);
        await client.GetJobAsync(uuid);
        time.Advance(TimeSpan.FromMinutes(5));
        var error = await Assert.ThrowsAnyAsync<ComputeHordeException>(() => client.GetJobAsync(uuid));
        Assert.True(error.IsTransient);
    }

    [Theory]
    [InlineData(400, """{"error":"Hotkey not allowed"}""")]
    [InlineData(401, """{"error":"Invalid signature"}""")]
    public async Task Login_Refused_IsAnAuthenticationError(int status, string body)
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = async call =>
        {
            if (call.Name != "login")
            {
                return false;
            }

            await FakeFacilitator.AnswerAsync(call.Context, status, body);
            return true;
        };
        using var client = server.Client();
        var error = await Assert.ThrowsAsync<ComputeHordeAuthenticationException>(() => client.GetJobsPageAsync());
        Assert.True(error.IsTransient, "the hotkey may be allowed a moment later");
        Assert.Equal(1, server.Calls("login"));
    }

    [Fact]
    public async Task Login_NonceRunOut_IsTriedWithANewOne()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = async call =>
        {
            if (call is not { Name: "login", Number: 1 })
            {
                return false;
            }

            await FakeFacilitator.AnswerAsync(call.Context, 400, """{"error":"Invalid nonce"}""");
            return true;
        };
        using var client = server.Client();
        await client.GetJobsPageAsync();
        Assert.Equal(2, server.Calls("nonce"));
    }

    [Fact]
    public async Task Login_Hangs_FailsAllThatWaitForItAtOnce()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var waiting = new TaskCompletionSource();
        server.Before = async call =>
        {
            if (call.Name != "nonce")
            {
                return false;
            }

            await waiting.Task;
            return await Fault.SlowHeaders.ActAsync(call);
        };
        using var client = server.Client(options => options.MaxRetries = 0, server.Timeouts);
        var calls = Enumerable.Range(0, 32).Select(_ => client.GetJobsPageAsync()).ToList();

        waiting.SetResult();

        foreach (var call in calls)
        {
            Assert.True((await Assert.ThrowsAnyAsync<ComputeHordeException>(() => call)).IsTransient);
        }

        Assert.Equal(1, server.Calls("nonce"));
    }

    [Fact]
    public async Task Login_FirstCallerIsCancelled_GoesOnForTheOthers()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var arrived = new TaskCompletionSource();
        var waiting = new TaskCompletionSource();
        server.Before = async call =>
        {
            if (call.Name == "nonce")
            {
                arrived.TrySetResult();
                await waiting.Task;
            }

            return false;
        };
        using var client = server.Client();
        using var cancel = new CancellationTokenSource();
        var first = client.GetJobsPageAsync(cancellationToken: cancel.Token);
        await arrived.Task;
        var second = client.GetJobsPageAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        waiting.SetResult();

        await second;
        Assert.Equal(1, server.Calls("nonce"));
    }

    [Fact]
    public async Task Headers_AuthCallsAndGets_CarryOnlyWhatTheyMay()
    {
        await using var server = await FakeFacilitator.StartAsync();
        using var client = server.Client();
        var job = await client.CreateJobAsync(Specs.Minimal);
        await client.GetJobAsync(job.Job.Uuid);
        await client.ReportCheatedJobAsync(job.Job.Uuid, Guid.NewGuid().ToString(), []);
        foreach (var (name, _, headers, authorization) in server.Seen)
        {
            Assert.Equal(name is not ("nonce" or "login"), authorization.Length > 0);
            Assert.Equal(
                name is "create" or "report" ? 5 : 0,
                headers.Count(header => header.StartsWith("X-CH-", StringComparison.OrdinalIgnoreCase))
            );
            Assert.Contains("Realm", headers);
            Assert.Contains("SubnetID", headers);
        }
    }
}

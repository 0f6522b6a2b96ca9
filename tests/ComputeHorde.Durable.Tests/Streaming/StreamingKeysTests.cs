using System.Globalization;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Streaming;

/// <summary>Whoever buys or finds the job of an attempt has the key that opens its server.</summary>
public sealed class StreamingKeysTests
{
    private static readonly AttemptKey Attempt = new("once", 1);

    [Fact]
    public async Task CreateJob_RunsManyTimesAtOnce_BuysOneJobWithTheOneKey()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions { InMemory = true, Emulator = static emulator => emulator.Faults = new() { LatencyMs = 50 } }
        );
        var input = await InputAsync(horde, StreamingClient.Job(seconds: 1));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => CreateAsync(horde, input))));

        await AssertOneJobWithTheKeyAsync(horde, outcomes);
    }

    [Theory]
    [InlineData("ok")]
    [InlineData("drop")]
    [InlineData("stored-error")]
    public async Task CreateJob_ProcessDiedBeforeItNotedTheJob_FindsItWithTheSameKey(string behaviour)
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                InMemory = true,
                Settings = new Dictionary<string, string?> { ["ComputeHorde__MaxRetries"] = "1" },
            }
        );
        horde.Emulator.SetBehaviourForTag("once#", behaviour);
        var input = await InputAsync(horde, StreamingClient.Job(seconds: 1));
        var first = await CreateAsync(horde, input);
        var claim = horde.Blobs.GetBlobContainerClient(ContainerNames.Attempts).GetBlobClient(Attempt.Path);
        var longAgo = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        await claim.SetMetadataAsync(
            new Dictionary<string, string>
            {
                ["owner"] = "a process that died",
                ["state"] = "claimed",
                ["requested"] = longAgo,
                ["requests"] = "1",
            },
            cancellationToken: TestContext.Current.CancellationToken
        );

        var second = await CreateAsync(horde, input);

        await AssertOneJobWithTheKeyAsync(horde, first, second);
    }

    [Fact]
    public async Task CreateJob_KeyWasKeptUnderAnotherHotkey_BuysNothingAndSaysWhy()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var input = await InputAsync(horde, StreamingClient.Job(seconds: 1));
        await horde.UploadAsync(ContainerNames.Secrets, Attempt.Path, "\u0001 of another hotkey, long enough to be one");

        var outcome = await CreateAsync(horde, input);

        Assert.True(outcome is { Update: null, Status: BuyStatus.Impossible });
        Assert.Contains("another hotkey", outcome.Problem, StringComparison.Ordinal);
        Assert.Equal(0, horde.Emulator.Counters.CreateCalls);
    }

    private static async Task<BuyJobInput> InputAsync(HordeFixture horde, JsonObject job)
    {
        var content = BinaryData.FromString(job.ToJsonString());
        var hash = await horde
            .Functions.Services.GetRequiredService<RequestStore>()
            .SaveAsync(Attempt.InstanceId, content, TestContext.Current.CancellationToken);
        return new BuyJobInput(Attempt, Attempt.InstanceId, hash!, TimeProvider.System.GetUtcNow(), UrlSeconds: 60);
    }

    private static Task<BuyJobOutcome> CreateAsync(HordeFixture horde, BuyJobInput input) =>
        ActivatorUtilities.CreateInstance<BuyJob>(horde.Functions.Services).RunAsync(input, TestContext.Current.CancellationToken);

    private static async Task AssertOneJobWithTheKeyAsync(HordeFixture horde, params BuyJobOutcome[] outcomes)
    {
        var services = horde.Functions.Services;
        var uuid = Assert.Single(outcomes.Select(static outcome => outcome.Update!.JobUuid).Distinct());
        Assert.Equal(1, horde.Emulator.Counters.Creates);
        using var key = await services.GetRequiredService<StreamingKeys>().FindAsync(Attempt, TestContext.Current.CancellationToken);
        var job = await services
            .GetRequiredService<ComputeHordeClient>()
            .GetJobAsync(uuid, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(key!.CertificatePem.Trim(), job.Streaming!.ClientCertificate.Trim());
        Assert.DoesNotContain(horde.Log.Lines, static line => line.Event.Id == 115);
    }
}

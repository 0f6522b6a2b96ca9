using Azure.Storage.Blobs;
using ComputeHorde.Durable.Fallback;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.Storage.Local;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Tests.Hosting;

/// <summary>A clock that is set holds nothing up for as long as it was wrong.</summary>
public sealed class ClockJumpTests : IAsyncLifetime
{
    private readonly SettableClock _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private LocalStorage _local = null!;
    private BlobContainers _containers = null!;

    public async ValueTask InitializeAsync()
    {
        _local = await LocalStorage.StartAsync(new LocalStorageOptions { Listen = false }, TestContext.Current.CancellationToken);
        _containers = new BlobContainers(
            new BlobServiceClient(_local.ConnectionString, new BlobClientOptions { Transport = _local.Transport })
        );
    }

    public ValueTask DisposeAsync() => _local.DisposeAsync();

    [Fact]
    public async Task Used_NotedByAClockThatWasDaysAhead_DoesNotCountUntilThen()
    {
        var places = new Places(_containers, _clock);
        _clock.Set(TimeSpan.FromDays(30));
        await places.ReleaseAsync("ahead", new PlaceRequest("space", 0), 900, TestContext.Current.CancellationToken);
        _clock.Set(TimeSpan.FromDays(-30));
        await places.ReleaseAsync("now", new PlaceRequest("space", 0), 100, TestContext.Current.CancellationToken);

        Assert.Equal(100, (await places.UsedAsync(TestContext.Current.CancellationToken))["space"]);
        _clock.Set(TimeSpan.FromHours(-2));
        Assert.Equal(100, (await places.UsedAsync(TestContext.Current.CancellationToken))["space"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-2)]
    public async Task Settle_ReservedBeforeTheClockWasSet_GivesBackWhatWasNotSpent(int days)
    {
        var budget = new FallbackBudget(_containers, Options.Create(new DurableOptions { FallbackMaxUsdPerDay = 10 }), _clock);
        await budget.ReserveAsync("job", 9, TestContext.Current.CancellationToken);
        _clock.Set(TimeSpan.FromDays(days));
        await budget.SettleAsync("job", 1, TestContext.Current.CancellationToken);
        _clock.Set(TimeSpan.FromDays(-days));

        await budget.ReserveAsync("another", 9, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<SpentBudgetException>(() => budget.ReserveAsync("third", 1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Ended_ClockWasSetMeanwhile_TellsHowLongItReallyTook()
    {
        using var log = new CollectedLog(output: null);
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        var outages = new Outages(_clock, loggers.CreateLogger<Outages>());
        outages.Started(Outages.Facilitator, "away");
        _clock.Pass(TimeSpan.FromSeconds(30));
        _clock.Set(TimeSpan.FromHours(-5));
        outages.Ended(Outages.Facilitator);
        Assert.Contains("00:00:30", log.Lines.Last().Text, StringComparison.Ordinal);
    }
}

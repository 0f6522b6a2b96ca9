using Azure.Storage.Blobs;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.Storage.Local;

namespace ComputeHorde.Durable.Tests.Storage;

/// <summary>How long ago a request was sent, whatever happens to the clock.</summary>
public sealed class AttemptClaimsTests : IAsyncLifetime
{
    private static readonly AttemptKey Key = new("run", 1);

    private readonly SettableClock _clock = new(new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero));
    private LocalStorage _storage = null!;

    public async ValueTask InitializeAsync() =>
        _storage = await LocalStorage.StartAsync(new LocalStorageOptions { Listen = false }, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(24 * 400)]
    public async Task SinceLastRequest_ClockWasSet_IsWhatHasPassed(int hours)
    {
        var claims = Process();
        await claims.NoteRequestAsync(await ClaimAsync(claims), TestContext.Current.CancellationToken);
        _clock.Pass(TimeSpan.FromSeconds(10));
        _clock.Set(TimeSpan.FromHours(hours));

        var again = await ClaimAsync(claims);

        Assert.Equal(TimeSpan.FromSeconds(10), claims.SinceLastRequest(again));
    }

    [Fact]
    public async Task SinceLastRequest_OfAProcessWhoseClockWasAhead_CountsFromTheFirstLook()
    {
        var dead = Process();
        await dead.NoteRequestAsync(await ClaimAsync(dead), TestContext.Current.CancellationToken);
        _clock.Set(TimeSpan.FromDays(-3));
        var claims = Process();

        Assert.Equal(TimeSpan.Zero, claims.SinceLastRequest(await ClaimAsync(claims)));
        _clock.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.FromSeconds(30), claims.SinceLastRequest(await ClaimAsync(claims)));
    }

    [Fact]
    public async Task SinceLastRequest_OfAnotherProcess_IsByTheClock()
    {
        var dead = Process();
        await dead.NoteRequestAsync(await ClaimAsync(dead), TestContext.Current.CancellationToken);
        _clock.Pass(TimeSpan.FromSeconds(20));
        var claims = Process();

        Assert.Equal(TimeSpan.FromSeconds(20), claims.SinceLastRequest(await ClaimAsync(claims)));
    }

    private AttemptClaims Process() =>
        new(
            new BlobContainers(new BlobServiceClient(_storage.ConnectionString, new BlobClientOptions { Transport = _storage.Transport })),
            new ProcessStart(_clock),
            _clock
        );

    private async Task<AttemptClaim> ClaimAsync(AttemptClaims claims) =>
        (await claims.ClaimAsync(Key, _clock.GetUtcNow(), TestContext.Current.CancellationToken))!;
}

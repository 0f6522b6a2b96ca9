using Azure.Storage.Blobs;
using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Storage.Local;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Tests.Checks;

/// <summary>Many hosts and many activities change what sampling remembers.</summary>
public sealed class SamplingStateTests
{
    [Fact]
    public async Task TryReserve_ManyAtOnceOnTwoHosts_GrantsWhatTheBudgetAllows()
    {
        await using var storage = await LocalStorage.StartAsync(
            new LocalStorageOptions { Listen = false },
            TestContext.Current.CancellationToken
        );
        var account = new BlobServiceClient(storage.ConnectionString, new BlobClientOptions { Transport = storage.Transport });
        var settings = Options.Create(new DurableOptions { TrustedSecondsPerHour = 100 });
        using var one = new SamplingState(new BlobContainers(account), settings, TimeProvider.System);
        using var other = new SamplingState(new BlobContainers(account), settings, TimeProvider.System);
        var granted = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(number =>
                    (number % 2 == 0 ? one : other).TryReserveAsync(
                        $"job-{number}",
                        "namespace",
                        10,
                        share: null,
                        TestContext.Current.CancellationToken
                    )
                )
        );
        Assert.Equal(10, granted.Count(static isGranted => isGranted));
        Assert.False(await one.TryReserveAsync("another", "namespace", 10, share: null, TestContext.Current.CancellationToken));
        var first = Array.IndexOf(granted, true);
        Assert.True(await other.TryReserveAsync($"job-{first}", "namespace", 10, share: null, TestContext.Current.CancellationToken));

        await one.RecordAsync(new SampleVerdict("cheated", IsMismatch: true), TestContext.Current.CancellationToken);
        Assert.True(await one.IsSuspectAsync("cheated", TestContext.Current.CancellationToken));
        Assert.False(await one.IsSuspectAsync("namespace", TestContext.Current.CancellationToken));
    }
}

namespace ComputeHorde.Storage.Local.Tests.Service;

/// <summary>A clock that is set back holds no message up for as long as it was wrong.</summary>
public sealed class ClockTests
{
    private readonly SetClock _clock = new();

    [Theory]
    [InlineData(-1)]
    [InlineData(-24 * 30)]
    [InlineData(24)]
    public async Task Receive_ClockWasSetSinceTheMessageWasPut_GivesIt(int hours)
    {
        await using var storage = await LocalStorage.StartAsync(new LocalStorageOptions { Listen = false, TimeProvider = _clock });
        var queue = storage.Queues().GetQueueClient("work");
        await queue.CreateAsync();
        List<DateTimeOffset> news = [];
        storage.MessageAvailable += message => news.Add(message.Due);
        await queue.SendMessageAsync("before");
        await queue.SendMessageAsync("later", visibilityTimeout: TimeSpan.FromMinutes(2));
        _clock.Set(TimeSpan.FromHours(hours));
        await queue.SendMessageAsync("after");

        var texts = (await queue.ReceiveMessagesAsync(10, TimeSpan.FromMinutes(1))).Value.Select(message => message.MessageText).ToList();

        Assert.Equal(hours > 0 ? ["before", "after", "later"] : ["before", "after"], texts.OrderBy(text => text == "later"));
        Assert.All(news.Skip(2), due => Assert.True(due <= _clock.GetUtcNow().AddMinutes(2), $"{due} is news of a time to come"));
        if (hours < 0)
        {
            // In hand for a minute, by the time that passes.
            Assert.Empty((await queue.ReceiveMessagesAsync(10)).Value);
            _clock.Set(TimeSpan.FromMinutes(3));
            Assert.Equal(3, (await queue.ReceiveMessagesAsync(10)).Value.Length);
        }
    }

    [Fact]
    public async Task Receive_ClockWasSetBackWhileNothingRan_GivesIt()
    {
        using var folder = new TemporaryFolder();
        var options = new LocalStorageOptions
        {
            Listen = false,
            TimeProvider = _clock,
            DataFolder = folder.Path,
        };
        await using (var storage = await LocalStorage.StartAsync(options))
        {
            var queue = storage.Queues().GetQueueClient("work");
            await queue.CreateAsync();
            await queue.SendMessageAsync("before");
        }

        _clock.Set(TimeSpan.FromDays(-2));
        await using var again = await LocalStorage.StartAsync(options);
        var left = again.Queues().GetQueueClient("work");
        await left.SendMessageAsync("after");
        Assert.Equal(["before", "after"], (await left.ReceiveMessagesAsync(10)).Value.Select(message => message.MessageText));
    }

    /// <summary>The system's clock, set. Time passes as it does.</summary>
    private sealed class SetClock : TimeProvider
    {
        private long _by;

        public void Set(TimeSpan by) => Interlocked.Add(ref _by, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _by));
    }
}

using ComputeHorde.DurableTask.Sqlite.Testing;

namespace ComputeHorde.Durable.Tests.Support;

/// <summary>Functions and emulator on one virtual clock: hours and days in seconds.</summary>
internal static class VirtualHorde
{
    /// <summary>A clock that waits for long while a function works: none of the product's waits for this clock itself.</summary>
    public static VirtualTimeProvider NewClock() => new(DateTimeOffset.UtcNow) { SettleTime = TimeSpan.FromSeconds(2) };

    public static Task<HordeFixture> StartAsync(
        VirtualTimeProvider clock,
        TimeSpan poll,
        Action<Microsoft.Extensions.DependencyInjection.IServiceCollection>? services = null,
        IReadOnlyDictionary<string, string?>? settings = null
    ) =>
        HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                TimeProvider = clock,
                InMemory = true,
                Services = services,
                Emulator = emulator =>
                {
                    clock.Drive(emulator);
                    emulator.StageDurations.Execution = TimeSpan.FromSeconds(5);
                },
                Settings = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>())
                {
                    ["ComputeHorde__PollIntervalSeconds"] = $"{poll.TotalSeconds}",
                    ["ComputeHorde__MaxPollIntervalSeconds"] = $"{poll.TotalSeconds}",
                    ["ComputeHordePollSchedule"] = poll.ToString("c"),

                    // The client waits by the machine's clock.
                    ["ComputeHorde__MaxRetries"] = "0",
                    ["ComputeHorde__RetryDelay"] = "00:00:00.01",
                    ["ComputeHorde__MaxRetryDelay"] = "00:00:00.01",
                    ["ComputeHorde__CreateFenceSeconds"] = "0",
                },
            }
        );
}

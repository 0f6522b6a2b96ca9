using ComputeHorde.DurableTask.Sqlite.Engine;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine;

public sealed class ActivityPaceTests
{
    [Fact]
    public async Task Add_FromManyThreads_StaysBetweenTheShortestAndTheLongest()
    {
        var pace = new ActivityPace();
        var outliers = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(seed =>
                    Task.Run(() =>
                    {
                        var (random, count) = (new Random(seed), 0);
                        for (var i = 0; i < 1_000_000; i++)
                        {
                            pace.Add(TimeSpan.FromMicroseconds(random.Next(20) == 0 ? 10_000 : 0));
                            count += pace.Microseconds is >= 0 and <= 10_000 ? 0 : 1;
                        }

                        return count;
                    })
                )
        );

        Assert.Equal(0, outliers.Sum());
    }
}

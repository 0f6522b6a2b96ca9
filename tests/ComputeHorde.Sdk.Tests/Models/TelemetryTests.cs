using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ComputeHorde.Sdk.Tests.Models;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Create_WithARepeat_IsTracedAndCounted()
    {
        var tag = $"telemetry {Guid.NewGuid():N}";
        var activities = new ConcurrentQueue<Activity>();
        var measured = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ComputeHordeTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == ComputeHordeTelemetry.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((instrument, _, _, _) => measured.Enqueue(instrument.Name));
        meters.SetMeasurementEventCallback<double>((instrument, _, _, _) => measured.Enqueue(instrument.Name));
        meters.Start();
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = call => call is { Name: "create", Number: 1 } ? Fault.Unavailable503.ActAsync(call) : Task.FromResult(false);
        using var client = server.Client();

        var result = await client.CreateJobAsync(Specs.Minimal, new CreateJobOptions { Tag = tag });

        var activity = Assert.Single(activities, activity => activity.GetTagItem("computehorde.tag") as string == tag);
        Assert.Equal("computehorde.create_job", activity.OperationName);
        Assert.Equal(result.Job.Uuid, activity.GetTagItem("computehorde.job.uuid"));
        foreach (var name in (string[])["request.duration", "retries", "logins", "jobs.created"])
        {
            Assert.Contains("computehorde.client." + name, measured);
        }
    }
}

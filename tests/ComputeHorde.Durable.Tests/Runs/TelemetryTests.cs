using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>What an operator sees of a run.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Run_CheckedAndReported_IsOneTraceAcrossInstances()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is DurableTelemetry.SourceName or "Microsoft.AspNetCore",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        horde.Emulator.SetBehaviourForTag("traced#", "cheat");
        var job = Jobs.Sha256("traced");
        job["cross_validation"] = new JsonObject { ["sampling"] = "always" };
        using var answer = await horde.PostAsync("jobs", job, "traced");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await horde.EndOfAsync("jobs/traced");
        await horde.VerdictOfAsync("traced");

        // Other tests run beside this one.
        var trace = spans.First(static span => span.GetTagItem("computehorde.subject") is "traced#1").TraceId;
        var ours = spans
            .Where(span =>
                span.Source.Name == DurableTelemetry.SourceName
                && (
                    span.TraceId == trace
                    || span.GetTagItem("computehorde.subject") is string subject && subject.StartsWith("traced", StringComparison.Ordinal)
                )
            )
            .ToArray();
        var start = spans.Single(span =>
            span.Source.Name == "Microsoft.AspNetCore" && span.TraceId == ours[0].TraceId && span.ParentSpanId == default
        );
        Assert.All(ours, span => Assert.Equal(start.TraceId, span.TraceId));
        Assert.Superset(
            new HashSet<string> { "BuyJob", "SettleRun", "DecideSample", "CompareResults", "RecordCheat", "ReportCheat" },
            ours.Select(static span => span.OperationName).ToHashSet()
        );
        Assert.Equal(3, ours.Count(static span => span.OperationName == "BuyJob"));
    }

    [Fact]
    public async Task Run_AnyEnd_IsCounted()
    {
        var counted = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == DurableTelemetry.SourceName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => counted.Enqueue(Text(instrument, tags)));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => counted.Enqueue(Text(instrument, tags)));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => counted.Enqueue(Text(instrument, tags)));
        listener.Start();
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        horde.Emulator.SetBehaviourForTag("counted#", "rejected:busy,ok");
        var job = Jobs.Sha256("counted");
        job["policy"] = new JsonObject { ["backoff_seconds"] = 0.05 };
        job["cross_validation"] = new JsonObject { ["sampling"] = "always" };
        using var answer = await horde.PostAsync("jobs", job, "counted");
        await horde.EndOfAsync("jobs/counted");
        await horde.VerdictOfAsync("counted");
        foreach (
            var expected in new[]
            {
                "computehorde.runs.started executor_class=always_on.test",
                "computehorde.runs.ended status=completed",
                "computehorde.jobs.turned_away",
                "computehorde.attempts.ended class=none reason=none",
                "computehorde.stage.duration status=completed",
                "computehorde.samples checked=True",
                "computehorde.verdicts verdict=match",
                "computehorde.trusted.time",
                "computehorde.poll.calls",
                "computehorde.poll.jobs",
            }
        )
        {
            Assert.Contains(expected, counted);
        }
    }

    private static string Text(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = instrument.Name;
        foreach (var (name, value) in tags)
        {
            text += $" {name}={value}";
        }

        return text;
    }
}

using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.Emulator;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Limits;

/// <summary>Places in flight, priority and budgets of namespaces, by what the emulator saw.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Runs_MoreThanPlaces_AreNeverMoreInFlight()
    {
        const int Runs = 500,
            Places = 20;
        await using var horde = await StartAsync("SN12.1.1", ("MaxInFlight", $"{Places}"));

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Runs),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (number, _) =>
            {
                using var answer = await horde.PostAsync("jobs", Job($"{number}"), $"crowd-{number}");
                Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            }
        );
        await Eventually.TrueAsync(
            () => horde.Emulator.Jobs.Count(static job => job.Status == "completed") == Runs,
            "all jobs completed",
            withinSeconds: 400
        );

        Assert.Equal(Runs, horde.Emulator.Counters.Creates);
        Assert.InRange(horde.Emulator.MostInFlight, 1, Places);
        await Eventually.TrueAsync(async () => (await horde.ListAsync("places", "held/")).Count == 0, "all places were given back");
    }

    [Fact]
    public async Task Runs_ThatWait_GoByPriorityAndThenByAge()
    {
        await using var horde = await StartAsync("SN12.1.1", ("MaxInFlight", "1"));
        horde.Emulator.SetBehaviourForTag("first#", "stuck:accepted");
        await horde.PostAsync("jobs", Job("first"), "first");
        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == 1, "the first has the place");
        foreach (var (name, priority) in new[] { ("second", 0), ("urgent", 5), ("third", 0) })
        {
            var job = Job(name);
            job["limits"] = new JsonObject { ["priority"] = priority };
            await horde.PostAsync("jobs", job, name);
            await Eventually.TrueAsync(
                async () => (string?)(await horde.GetAsync($"jobs/{name}"))["progress"]?["phase"] == "waiting_for_place",
                $"{name} waits"
            );
        }

        var shown = (await horde.GetAsync("limits"))["namespaces"]!
            .AsArray()
            .Single(static space => (string?)space!["namespace"] == "SN12.1.1")!;
        Assert.Equal((1, 3, 1), ((int)shown["in_flight"]!, (int)shown["waiting"]!, (int)shown["limits"]!["max_in_flight"]!));
        await horde.PostAsync("jobs/first/cancel");
        foreach (var name in new[] { "second", "urgent", "third" })
        {
            Assert.Equal("completed", (string?)(await horde.EndOfAsync($"jobs/{name}"))["status"]);
        }

        Assert.Equal(
            ["first#1", "urgent#1", "second#1", "third#1"],
            horde.Emulator.Jobs.OrderBy(static job => job.CreatedAt).Select(static job => job.Tag)
        );
    }

    [Fact]
    public async Task Limits_AfterABudgetedCheck_ShowTheTrustedSecondsThatItReserved()
    {
        await using var horde = await StartAsync("SN12.1.1", ("TrustedSecondsPerHour", "500"));
        var job = Job("checked");
        job["cross_validation"] = new JsonObject { ["sampling"] = "budgeted", ["rate"] = 1 };
        using var started = await horde.PostAsync("jobs", job, "checked");
        Assert.True(
            started.StatusCode == HttpStatusCode.Accepted,
            await started.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
        await horde.EndOfAsync("jobs/checked");
        await Eventually.TrueAsync(
            async () => (string?)(await horde.GetAsync("jobs/checked"))["check"]?["verdict"] is not null and not "pending",
            "the check ended"
        );

        var shown = (await horde.GetAsync("limits"))["namespaces"]!
            .AsArray()
            .Single(static space => (string?)space!["namespace"] == "SN12.1.1")!;
        Assert.Equal(500, (double)shown["limits"]!["trusted_seconds_per_hour"]!);
        Assert.True((double)shown["trusted_seconds_last_hour"]! > 0, shown.ToJsonString());
    }

    [Fact]
    public async Task Cancel_RunWaitsForAPlace_EndsItAndBuysNothing()
    {
        await using var horde = await StartAsync("SN12.1.1", ("ExecutorSecondsPerDay", "0"));
        await horde.PostAsync("jobs", Job("never"), "never");
        await Eventually.TrueAsync(
            async () => (string?)(await horde.GetAsync("jobs/never"))["progress"]?["phase"] == "waiting_for_place",
            "it waits"
        );

        await horde.PostAsync("jobs/never/cancel");

        Assert.Equal("cancelled", (string?)(await horde.EndOfAsync("jobs/never"))["status"]);
        Assert.Equal(0, horde.Emulator.Counters.CreateCalls);
        Assert.Empty(await horde.ListAsync("places"));
    }

    [Fact]
    public async Task Place_AskedForAgainAfterTheRunHasEnded_IsTakenBack()
    {
        await using var horde = await StartAsync("SN12.1.1", ("MaxInFlight", "1"));
        await horde.PostAsync("jobs", Job("again"), "again");
        await horde.EndOfAsync("jobs/again");

        // A back end delivers the request for a place once more, and drops the event that tells the run of it.
        var services = horde.Functions.Services;
        await ActivatorUtilities
            .CreateInstance<AskForPlace>(services)
            .RunAsync(new AskForPlaceInput("again", new PlaceRequest("SN12.1.1", 0)), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => (await horde.ListAsync("places", "waiting/")).Count == 0, "the poller has answered it");
        await ActivatorUtilities
            .CreateInstance<Admission>(services)
            .AdmitAsync(horde.Functions.Client, TestContext.Current.CancellationToken);

        Assert.Empty(await horde.ListAsync("places", "held/"));
    }

    [Fact]
    public async Task Run_OfAnotherNamespace_WaitsForNobody()
    {
        await using var horde = await StartAsync("SN12.1.1", ("ExecutorSecondsPerDay", "0"));
        await horde.PostAsync("jobs", Jobs.Sha256("free"), "free");
        Assert.Equal("completed", (string?)(await horde.EndOfAsync("jobs/free"))["status"]);
        Assert.Empty(await horde.ListAsync("places"));
    }

    [Fact]
    public async Task Start_LimitIsWrong_IsRefusedByItsField()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var job = Job("wrong");
        job["limits"] = new JsonObject { ["max_in_flight"] = 0 };
        using var answer = await horde.PostAsync("jobs", job);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(
            "limits.max_in_flight",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    private static JsonObject Job(string word)
    {
        var job = Jobs.Sha256(word);
        job["job_namespace"] = "SN12.1.1";
        return job;
    }

    private static Task<HordeFixture> StartAsync(string name, params (string Setting, string Value)[] limits) =>
        HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                InMemory = true,
                Settings = limits.ToDictionary(
                    limit => $"ComputeHorde__Limits__{name}__{limit.Setting}",
                    static limit => (string?)limit.Value
                ),
            }
        );
}

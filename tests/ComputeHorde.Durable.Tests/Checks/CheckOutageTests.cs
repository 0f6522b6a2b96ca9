using System.Collections.Concurrent;
using System.Text.Json;
using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.DurableTask.Sqlite;
using ComputeHorde.DurableTask.Sqlite.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Tests.Checks;

/// <summary>
/// Hours and days in milliseconds: the orchestrator of a check on the real engine, whoever it needs away for as long as a test says. Only
/// what it calls is played; <see cref="CheckResultTests"/> has the parts themselves.
/// </summary>
public sealed class CheckOutageTests
{
    private static readonly ResultReference Miners = Result("miners"),
        Trusted = Result("trusted");

    private readonly VirtualTimeProvider _clock = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _awayUntil = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _done = new();
    private readonly ConcurrentBag<int> _copies = [];
    private bool _isCheat;
    private string? _obstacle;
    private Exception? _broken;

    [Fact]
    public async Task Check_TrustedMinerAwayForSixHours_FindsItsVerdictWhenItCan()
    {
        Away(nameof(RunJob), TimeSpan.FromHours(6));
        var (found, took) = await CheckAsync();
        Assert.Equal((Verdicts.Match, 1), (found.Verdict, found.TrustedJobUuids.Count));
        Assert.InRange(took, TimeSpan.FromHours(6), TimeSpan.FromHours(7.1));
        Assert.InRange(_copies.Count, 2, 15);
        Assert.Equal(_copies.Count, _copies.Distinct().Count());
    }

    [Fact]
    public async Task Check_ReportCannotBeDeliveredForADay_IsReportedOnceAfterTheEvidence()
    {
        _isCheat = true;
        Away(nameof(ReportCheat), TimeSpan.FromDays(1));
        var (found, took) = await CheckAsync();
        Assert.Equal((Verdicts.Mismatch, CheatReport.Recorded), (found.Verdict, found.Report));
        Assert.Equal(
            [
                nameof(DecideSample),
                nameof(CompareResults),
                nameof(CompareResults),
                nameof(CompareResults),
                nameof(RecordCheat),
                nameof(ReportCheat),
                nameof(RecordVerdict),
            ],
            _done
        );
        Assert.InRange(took, TimeSpan.FromDays(1), TimeSpan.FromDays(1.1));
    }

    [Theory]
    [InlineData(nameof(DecideSample))]
    [InlineData(nameof(RunJob))]
    [InlineData(nameof(CompareResults))]
    [InlineData(nameof(RecordCheat))]
    [InlineData(nameof(ReportCheat))]
    [InlineData(nameof(RecordVerdict))]
    public async Task Check_OutageOf48HoursAtAnyPoint_EndsWell(string who)
    {
        _isCheat = true;
        Away(who, TimeSpan.FromHours(48));
        var (found, took) = await CheckAsync();
        Assert.Equal((Verdicts.Mismatch, CheatReport.Recorded, 2), (found.Verdict, found.Report, found.TrustedJobUuids.Count));
        Assert.Single(_done, nameof(ReportCheat));
        Assert.InRange(took, TimeSpan.FromHours(48), TimeSpan.FromHours(50));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Check_StoppedWhileTheTrustedMinerIsAway_BuysNothingMore(bool isCancelled)
    {
        Away(nameof(RunJob), TimeSpan.FromDays(1));
        var (found, took) = await CheckAsync(stopAfter: TimeSpan.FromHours(2), isCancelled);
        Assert.Equal(Verdicts.Inconclusive, found.Verdict);
        Assert.Contains(isCancelled ? "cancelled" : "time of the run", found.Reason, StringComparison.Ordinal);
        Assert.InRange(took, TimeSpan.FromHours(2), TimeSpan.FromHours(2.1));
        Assert.InRange(_copies.Count, 1, 8);
    }

    [Fact]
    public async Task Check_TrustedMinerNeverComesBack_IsInconclusiveAfterDays()
    {
        Away(nameof(RunJob), TimeSpan.FromDays(30));
        var (found, took) = await CheckAsync();
        Assert.Equal(Verdicts.Inconclusive, found.Verdict);
        Assert.Contains("miner_connection_failed", found.Reason, StringComparison.Ordinal);
        Assert.InRange(took, TimeSpan.FromDays(6), TimeSpan.FromDays(6.1));
    }

    [Fact]
    public async Task Check_NobodyTakesTheReport_StaysAMismatch()
    {
        _isCheat = true;
        Away(nameof(ReportCheat), TimeSpan.FromDays(30));
        var (found, _) = await CheckAsync();
        Assert.Equal((Verdicts.Mismatch, CheatReport.Undelivered), (found.Verdict, found.Report));
    }

    [Fact]
    public async Task Check_AnActivityBreaks_IsInconclusiveAndAccusesNobody()
    {
        _isCheat = true;
        _broken = new InvalidOperationException("a fault of ours");
        var (found, _) = await CheckAsync();
        Assert.Equal(Verdicts.Inconclusive, found.Verdict);
        Assert.Contains("a fault of ours", found.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(RecordCheat), _done);
    }

    [Fact]
    public async Task Check_ComparerIsNotThereAnyMore_BuysNoCopy()
    {
        _obstacle = "this host has no comparer called 'custom:gone'";
        var (found, _) = await CheckAsync();
        Assert.Equal((Verdicts.Inconclusive, _obstacle), (found.Verdict, found.Reason));
        Assert.Empty(_copies);
    }

    private void Away(string who, TimeSpan time) => _awayUntil[who] = _clock.GetUtcNow() + time;

    private async Task<(CheckOutcome Found, TimeSpan Took)> CheckAsync(TimeSpan? stopAfter = null, bool isCancelled = false)
    {
        using var held = _clock.Busy();
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Logging.ClearProviders();
        builder.Services.AddDurableTaskWorker(worker => worker.AddTasks(AddTasks).UseSqlite(hub => hub.TimeProvider = _clock));
        builder.Services.AddDurableTaskClient(client => client.UseSqlite());
        using var host = builder.Build();
        var began = _clock.GetUtcNow();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var client = host.Services.GetRequiredService<DurableTaskClient>();
        var copy = new RunInput("run", new string('0', 64), new RunPolicy(), JobBoundSeconds: 60);
        var input = new CheckInput("run", "job", Miners, JsonSerializer.SerializeToElement(new CheckPolicy(), SnakeCaseJson.Options), copy)
        {
            TimesOutAt = isCancelled ? null : (began + stopAfter)?.UtcDateTime,
        };
        await using var cancel = _clock.CreateTimer(
            _ => Cancel(),
            null,
            isCancelled ? stopAfter!.Value : Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        await client.ScheduleNewOrchestrationInstanceAsync(
            CheckInput.Orchestrator,
            input,
            new StartOrchestrationOptions("run~check"),
            TestContext.Current.CancellationToken
        );
        held.Dispose();
        var end = await client.WaitForInstanceCompletionAsync(
            "run~check",
            getInputsAndOutputs: true,
            TestContext.Current.CancellationToken
        );
        var took = end.LastUpdatedAt - began;
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        await host.StopAsync(TestContext.Current.CancellationToken);
        return (end.ReadOutputAs<CheckOutcome>()!, took);

        void Cancel()
        {
            // Time stands still until the event has come.
            var raising = _clock.Busy();
            _ = client
                .RaiseEventAsync("run~check", RunInbox.CancelEvent, "cancelled by a test", TestContext.Current.CancellationToken)
                .ContinueWith(_ => raising.Dispose(), TaskScheduler.Default);
        }
    }

    private void AddTasks(DurableTaskRegistry tasks)
    {
        tasks.AddOrchestratorFunc<CheckInput, CheckOutcome>(CheckInput.Orchestrator, static (context, _) => CheckResult.RunAsync(context));
        tasks.AddOrchestratorFunc<RunInput, RunOutcome>(nameof(RunJob), (context, input) => Task.FromResult(RunCopy(context, input)));
        Add<SampleInput, SampleDecision>(
            nameof(DecideSample),
            new SampleDecision(true, "chosen") { Obstacle = _obstacle },
            static notNow => new SampleDecision(false, "") { NotNow = notNow }
        );
        tasks.AddActivityFunc<CompareInput, CompareOutcome>(
            nameof(CompareResults),
            (_, input) =>
                Answer(
                    nameof(CompareResults),
                    _isCheat && input.Untrusted.Blob == Miners.Blob
                        ? CompareOutcome.Mismatch("they differ")
                        : CompareOutcome.Match("they agree"),
                    static notNow => CompareOutcome.Inconclusive("") with { NotNow = notNow }
                )
        );
        Add<CheatCase, LedgerEntry>(nameof(RecordCheat), new LedgerEntry(NotNow: null), static notNow => new LedgerEntry(notNow));
        Add<CheatCase, CheatReport>(
            nameof(ReportCheat),
            new CheatReport(CheatReport.Recorded, NotNow: null),
            static notNow => new CheatReport(null, notNow)
        );
        Add<VerdictRecord, LedgerEntry>(nameof(RecordVerdict), new LedgerEntry(NotNow: null), static notNow => new LedgerEntry(notNow));

        void Add<TInput, TAnswer>(string name, TAnswer answer, Func<string, TAnswer> notNow) =>
            tasks.AddActivityFunc<TInput, TAnswer>(name, (_, _) => Answer(name, answer, notNow));
    }

    private T Answer<T>(string name, T answer, Func<string, T> notNow)
    {
        if (_broken is not null && name == nameof(CompareResults))
        {
            throw _broken;
        }

        if (IsAway(name))
        {
            return notNow($"{name} does not answer");
        }

        _done.Enqueue(name);
        return answer;
    }

    private RunOutcome RunCopy(TaskOrchestrationContext context, RunInput input)
    {
        Assert.Equal(("run", 1), (input.TrustedCopyOf, input.Policy.MaxAttempts));
        if (!context.IsReplaying)
        {
            _copies.Add(input.FirstAttempt);
        }

        return IsAway(nameof(RunJob))
            ? new RunOutcome(RunStatuses.Failed, [])
            {
                Failure = new JobFailure(FailureClasses.HordeFailed, "miner_connection_failed", null),
                PaidAttempts = 1,
            }
            : new RunOutcome(RunStatuses.Completed, [])
            {
                JobUuid = $"trusted-{input.FirstAttempt}",
                Result = Trusted,
                PaidAttempts = 1,
            };
    }

    private bool IsAway(string name) => _awayUntil.TryGetValue(name, out var until) && _clock.GetUtcNow() < until;

    private static ResultReference Result(string name)
    {
        var nothing = new ContentReference(null, 0, null);
        return new ResultReference($"{name}/manifest.json", nothing, nothing, 1, 0, new string('0', 64));
    }
}

using System.Collections.Concurrent;
using ComputeHorde.Emulator.Storage;

namespace ComputeHorde.Emulator;

/// <summary>The live counters behind <see cref="EmulatorCounters"/>.</summary>
internal sealed class CounterBook
{
    private readonly ConcurrentDictionary<string, long> _createsByTag = new(StringComparer.Ordinal);

    public Counter CreateCalls { get; } = new();

    public Counter Creates { get; } = new();

    public Counter TrustedCreates { get; } = new();

    public Counter ListCalls { get; } = new();

    public Counter DetailCalls { get; } = new();

    public Counter Nonces { get; } = new();

    public Counter Logins { get; } = new();

    public Counter CheatReportCalls { get; } = new();

    public Counter CheatReports { get; } = new();

    public Counter Unauthorized { get; } = new();

    public Counter FaultsInjected { get; } = new();

    public Counter Downloads { get; } = new();

    public Counter Uploads { get; } = new();

    public void Stored(JobRecord job)
    {
        Creates.Add();
        if (job.Request.OnTrustedMiner)
        {
            TrustedCreates.Add();
        }

        _createsByTag.AddOrUpdate(job.Request.Tag, 1, (_, n) => n + 1);
    }

    public EmulatorCounters Snapshot(IEnumerable<JobRecord> jobs) =>
        new()
        {
            CreateCalls = CreateCalls.Value,
            Creates = Creates.Value,
            TrustedCreates = TrustedCreates.Value,
            PaidCreatesByTag = new SortedDictionary<string, long>(
                _createsByTag.ToDictionary(StringComparer.Ordinal),
                StringComparer.Ordinal
            ),
            ListCalls = ListCalls.Value,
            DetailCalls = DetailCalls.Value,
            Nonces = Nonces.Value,
            Logins = Logins.Value,
            CheatReportCalls = CheatReportCalls.Value,
            CheatReports = CheatReports.Value,
            Unauthorized = Unauthorized.Value,
            FaultsInjected = FaultsInjected.Value,
            Downloads = Downloads.Value,
            Uploads = Uploads.Value,
            JobsByStatus = jobs.GroupBy(j => j.Status).ToDictionary(g => g.Key, g => (long)g.Count(), StringComparer.Ordinal),
        };

    /// <summary>A number that only grows.</summary>
    internal sealed class Counter
    {
        private long _value;

        public long Value => Interlocked.Read(ref _value);

        public void Add() => Interlocked.Increment(ref _value);
    }
}
